// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { containerLimits } from './container-limits.ts';
import { disk } from './disk.ts';
import { diskUse } from './disk-use.ts';
import { egress } from './egress.ts';
import { files } from './files.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuPci } from './gpu-pci.ts';
import { handles } from './handles.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { interfaces } from './interfaces.ts';
import { kernelLog } from './kernel-log.ts';
import { listeners } from './listeners.ts';
import { load } from './load.ts';
import { logAges } from './log-ages.ts';
import { memory } from './memory.ts';
import { modelAccess } from './model-access.ts';
import { modelContent } from './model-content.ts';
import { modelDigest } from './model-digest.ts';
import { modelFile } from './model-file.ts';
import { modelHeader } from './model-header.ts';
import { modelShards } from './model-shards.ts';
import { mountAnswer } from './mount-answer.ts';
import { mounts } from './mounts.ts';
import { names } from './names.ts';
import { oomCounters } from './oom-counters.ts';
import { pressure } from './pressure.ts';
import { processes } from './processes.ts';
import { serviceCgroups } from './service-cgroups.ts';
import { serviceEnviron } from './service-environ.ts';
import { serviceExits } from './service-exits.ts';
import { serviceLogs } from './service-logs.ts';
import { servicePorts } from './service-ports.ts';
import { serviceProcesses } from './service-processes.ts';
import { serviceStates } from './service-states.ts';
import { serviceWaiting } from './service-waiting.ts';
import { temporalQueue } from './temporal-queue.ts';
import { temporalReach } from './temporal-reach.ts';
import { tools } from './tools.ts';

export const probes: readonly Probe<never, unknown>[] = [
  accounts,
  containerLimits,
  disk,
  diskUse,
  egress,
  files,
  gpuDevices,
  gpuDriver,
  gpuPci,
  handles,
  health,
  identity,
  interfaces,
  kernelLog,
  listeners,
  load,
  logAges,
  memory,
  modelAccess,
  modelContent,
  modelDigest,
  modelFile,
  modelHeader,
  modelShards,
  mountAnswer,
  mounts,
  names,
  oomCounters,
  pressure,
  processes,
  serviceCgroups,
  serviceEnviron,
  serviceExits,
  serviceLogs,
  servicePorts,
  serviceProcesses,
  serviceStates,
  serviceWaiting,
  temporalQueue,
  temporalReach,
  tools,
];
