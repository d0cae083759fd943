// Made by `npm run gen`.
import type { AnyAction } from '../core/action.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';

export const actions: readonly AnyAction[] = [serviceRestart, serviceStart, serviceStop];
