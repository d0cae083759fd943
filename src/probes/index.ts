// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { disk } from './disk.ts';
import { files } from './files.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { listeners } from './listeners.ts';
import { logAges } from './log-ages.ts';
import { memory } from './memory.ts';
import { modelAccess } from './model-access.ts';
import { modelFile } from './model-file.ts';
import { modelHeader } from './model-header.ts';
import { pm2Orphans } from './pm2-orphans.ts';
import { processes } from './processes.ts';
import { serviceDrift } from './service-drift.ts';
import { serviceExits } from './service-exits.ts';
import { serviceLimits } from './service-limits.ts';
import { serviceLogs } from './service-logs.ts';
import { servicePorts } from './service-ports.ts';
import { serviceProcesses } from './service-processes.ts';
import { serviceStates } from './service-states.ts';
import { serviceWaiting } from './service-waiting.ts';
import { tools } from './tools.ts';

export const probes: readonly Probe<never, unknown>[] = [
  accounts,
  disk,
  files,
  gpuDevices,
  gpuDriver,
  health,
  identity,
  listeners,
  logAges,
  memory,
  modelAccess,
  modelFile,
  modelHeader,
  pm2Orphans,
  processes,
  serviceDrift,
  serviceExits,
  serviceLimits,
  serviceLogs,
  servicePorts,
  serviceProcesses,
  serviceStates,
  serviceWaiting,
  tools,
];
