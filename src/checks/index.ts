// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { amdKlog } from './amd-klog.ts';
import { gpuAttached } from './gpu-attached.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { gpuXid } from './gpu-xid.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelPresent } from './model-present.ts';
import { modelStable } from './model-stable.ts';
import { nodeClock } from './node-clock.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeFiles } from './node-files.ts';
import { nodeIdentity } from './node-identity.ts';
import { nodeKlog } from './node-klog.ts';
import { nodeMemory } from './node-memory.ts';
import { nodeOom } from './node-oom.ts';
import { serviceFiles } from './service-files.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLog } from './service-log.ts';
import { serviceRunning } from './service-running.ts';

export const checks: readonly AnyCheck[] = [
  amdKlog,
  gpuAttached,
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuMemory,
  gpuNvml,
  gpuRecovery,
  gpuTemperature,
  gpuXid,
  managerReach,
  modelComplete,
  modelPresent,
  modelStable,
  nodeClock,
  nodeDisk,
  nodeFiles,
  nodeIdentity,
  nodeKlog,
  nodeMemory,
  nodeOom,
  serviceFiles,
  serviceHealth,
  serviceLog,
  serviceRunning,
];
