// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelPresent } from './model-present.ts';
import { modelStable } from './model-stable.ts';
import { mountAlive } from './mount-alive.ts';
import { mountWritable } from './mount-writable.ts';
import { netEgress } from './net-egress.ts';
import { netLink } from './net-link.ts';
import { nodeClock } from './node-clock.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeFiles } from './node-files.ts';
import { nodeHandles } from './node-handles.ts';
import { nodeIdentity } from './node-identity.ts';
import { nodeLoad } from './node-load.ts';
import { nodeMemory } from './node-memory.ts';
import { nodeNames } from './node-names.ts';
import { nodeStuck } from './node-stuck.ts';
import { serviceFiles } from './service-files.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLog } from './service-log.ts';
import { serviceRunning } from './service-running.ts';

export const checks: readonly AnyCheck[] = [
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuMemory,
  gpuNvml,
  gpuRecovery,
  gpuTemperature,
  managerReach,
  modelComplete,
  modelPresent,
  modelStable,
  mountAlive,
  mountWritable,
  netEgress,
  netLink,
  nodeClock,
  nodeDisk,
  nodeFiles,
  nodeHandles,
  nodeIdentity,
  nodeLoad,
  nodeMemory,
  nodeNames,
  nodeStuck,
  serviceFiles,
  serviceHealth,
  serviceLog,
  serviceRunning,
];
