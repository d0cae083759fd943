import { defineAction } from '../core/action.ts';
import { serviceVerb } from './service-verb.ts';

/** Stops a service, through its manager. */
export const serviceStop = defineAction(serviceVerb('stop', 'Stops a service, through its manager'));
