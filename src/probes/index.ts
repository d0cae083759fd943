// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { disk } from './disk.ts';
import { files } from './files.ts';
import { gpuAddresses } from './gpu-addresses.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { kernelLog } from './kernel-log.ts';
import { logAges } from './log-ages.ts';
import { memory } from './memory.ts';
import { modelAccess } from './model-access.ts';
import { modelFile } from './model-file.ts';
import { modelHeader } from './model-header.ts';
import { oomCounters } from './oom-counters.ts';
import { processes } from './processes.ts';
import { serviceCgroups } from './service-cgroups.ts';
import { serviceDevices } from './service-devices.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceStates } from './service-states.ts';
import { tools } from './tools.ts';

export const probes: readonly Probe<never, unknown>[] = [
  accounts,
  disk,
  files,
  gpuAddresses,
  gpuDevices,
  gpuDriver,
  health,
  identity,
  kernelLog,
  logAges,
  memory,
  modelAccess,
  modelFile,
  modelHeader,
  oomCounters,
  processes,
  serviceCgroups,
  serviceDevices,
  serviceLogs,
  serviceStates,
  tools,
];
