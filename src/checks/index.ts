// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { managerOrphans } from './manager-orphans.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelPresent } from './model-present.ts';
import { modelStable } from './model-stable.ts';
import { nodeClock } from './node-clock.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeFiles } from './node-files.ts';
import { nodeIdentity } from './node-identity.ts';
import { nodeMemory } from './node-memory.ts';
import { serviceConfig } from './service-config.ts';
import { serviceFiles } from './service-files.ts';
import { serviceFlap } from './service-flap.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLimits } from './service-limits.ts';
import { serviceLog } from './service-log.ts';
import { servicePorts } from './service-ports.ts';
import { serviceRunning } from './service-running.ts';
import { serviceWait } from './service-wait.ts';

export const checks: readonly AnyCheck[] = [
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuMemory,
  gpuNvml,
  gpuRecovery,
  gpuTemperature,
  managerOrphans,
  managerReach,
  modelComplete,
  modelPresent,
  modelStable,
  nodeClock,
  nodeDisk,
  nodeFiles,
  nodeIdentity,
  nodeMemory,
  serviceConfig,
  serviceFiles,
  serviceFlap,
  serviceHealth,
  serviceLimits,
  serviceLog,
  servicePorts,
  serviceRunning,
  serviceWait,
];
