// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { disk } from './disk.ts';
import { files } from './files.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { logAges } from './log-ages.ts';
import { logWindow } from './log-window.ts';
import { memory } from './memory.ts';
import { modelAccess } from './model-access.ts';
import { modelFile } from './model-file.ts';
import { modelHeader } from './model-header.ts';
import { processes } from './processes.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceStates } from './service-states.ts';
import { tools } from './tools.ts';

export const probes: readonly Probe<never, unknown>[] = [
  accounts,
  disk,
  files,
  gpuDevices,
  gpuDriver,
  health,
  identity,
  logAges,
  logWindow,
  memory,
  modelAccess,
  modelFile,
  modelHeader,
  processes,
  serviceLogs,
  serviceStates,
  tools,
];
