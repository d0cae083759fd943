import { defineAction } from '../core/action.ts';
import { serviceVerb } from './service-verb.ts';

/** Starts a service that does not run, through its manager. */
export const serviceStart = defineAction(
  serviceVerb('start', 'Starts a service that does not run, through its manager'),
);
