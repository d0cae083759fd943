// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { amdDevices } from './amd-devices.ts';
import { disk } from './disk.ts';
import { files } from './files.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuNodes } from './gpu-nodes.ts';
import { gpuPci } from './gpu-pci.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { logAges } from './log-ages.ts';
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
  amdDevices,
  disk,
  files,
  gpuDevices,
  gpuDriver,
  gpuNodes,
  gpuPci,
  health,
  identity,
  logAges,
  memory,
  modelAccess,
  modelFile,
  modelHeader,
  processes,
  serviceLogs,
  serviceStates,
  tools,
];
