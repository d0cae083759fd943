// Made by `npm run gen`.
import type { ServiceManager } from '../core/service-manager.ts';
import { compose } from './compose.ts';
import { pm2 } from './pm2.ts';
import { supervisor } from './supervisor.ts';
import { systemd } from './systemd.ts';

export const serviceManagers: readonly ServiceManager[] = [compose, pm2, supervisor, systemd];
