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
import { modelFilled } from './model-filled.ts';
import { modelPresent } from './model-present.ts';
import { modelRead } from './model-read.ts';
import { modelShards } from './model-shards.ts';
import { modelStable } from './model-stable.ts';
import { modelVisible } from './model-visible.ts';
import { modelWriters } from './model-writers.ts';
import { nodeClock } from './node-clock.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeFiles } from './node-files.ts';
import { nodeIdentity } from './node-identity.ts';
import { nodeMemory } from './node-memory.ts';
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
  modelFilled,
  modelPresent,
  modelRead,
  modelShards,
  modelStable,
  modelVisible,
  modelWriters,
  nodeClock,
  nodeDisk,
  nodeFiles,
  nodeIdentity,
  nodeMemory,
  serviceFiles,
  serviceHealth,
  serviceLog,
  serviceRunning,
];
