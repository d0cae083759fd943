// Made by `npm run gen`.
import type { ServiceManager } from '../core/service-manager.ts';

export const serviceManagers: readonly ServiceManager[] = [];
