import { defineAction } from '../core/action.ts';
import { serviceVerb } from './service-verb.ts';

/** Ends a service and starts it again, through its manager. */
export const serviceRestart = defineAction(
  serviceVerb('restart', 'Ends a service and starts it again, through its manager'),
);
