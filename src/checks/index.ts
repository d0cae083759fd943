// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { llmOffload } from './llm-offload.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelPresent } from './model-present.ts';
import { modelStable } from './model-stable.ts';
import { nodeClock } from './node-clock.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeFiles } from './node-files.ts';
import { nodeIdentity } from './node-identity.ts';
import { nodeMemory } from './node-memory.ts';
import { serviceEnv } from './service-env.ts';
import { serviceFiles } from './service-files.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLog } from './service-log.ts';
import { serviceRunning } from './service-running.ts';
import { tmpBacklog } from './tmp-backlog.ts';
import { tmpPollers } from './tmp-pollers.ts';
import { tmpReach } from './tmp-reach.ts';
import { tmpWorker } from './tmp-worker.ts';
import { wspDevice } from './wsp-device.ts';

export const checks: readonly AnyCheck[] = [
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuMemory,
  gpuNvml,
  gpuRecovery,
  gpuTemperature,
  llmOffload,
  managerReach,
  modelComplete,
  modelPresent,
  modelStable,
  nodeClock,
  nodeDisk,
  nodeFiles,
  nodeIdentity,
  nodeMemory,
  serviceEnv,
  serviceFiles,
  serviceHealth,
  serviceLog,
  serviceRunning,
  tmpBacklog,
  tmpPollers,
  tmpReach,
  tmpWorker,
  wspDevice,
];
