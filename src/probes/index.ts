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
import { handles } from './handles.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { interfaces } from './interfaces.ts';
import { load } from './load.ts';
import { logAges } from './log-ages.ts';
import { memory } from './memory.ts';
import { modelAccess } from './model-access.ts';
import { modelFile } from './model-file.ts';
import { modelHeader } from './model-header.ts';
import { mountAnswer } from './mount-answer.ts';
import { mounts } from './mounts.ts';
import { names } from './names.ts';
import { pressure } from './pressure.ts';
import { processes } from './processes.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceStates } from './service-states.ts';
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
  handles,
  health,
  identity,
  interfaces,
  load,
  logAges,
  memory,
  modelAccess,
  modelFile,
  modelHeader,
  mountAnswer,
  mounts,
  names,
  pressure,
  processes,
  serviceLogs,
  serviceStates,
  tools,
];
