// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuPci } from './gpu-pci.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuRemap } from './gpu-remap.ts';
import { gpuRepair } from './gpu-repair.ts';
import { gpuRetired } from './gpu-retired.ts';
import { gpuSram } from './gpu-sram.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { gpuWedged } from './gpu-wedged.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelFilled } from './model-filled.ts';
import { modelPresent } from './model-present.ts';
import { modelRead } from './model-read.ts';
import { modelShards } from './model-shards.ts';
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
import { nodeKlog } from './node-klog.ts';
import { nodeLoad } from './node-load.ts';
import { nodeMemory } from './node-memory.ts';
import { nodeNames } from './node-names.ts';
import { nodeOom } from './node-oom.ts';
import { nodeStuck } from './node-stuck.ts';
import { serviceEnv } from './service-env.ts';
import { serviceFiles } from './service-files.ts';
import { serviceFlap } from './service-flap.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLog } from './service-log.ts';
import { servicePorts } from './service-ports.ts';
import { serviceRunning } from './service-running.ts';
import { serviceWait } from './service-wait.ts';
import { tmpBacklog } from './tmp-backlog.ts';
import { tmpPollers } from './tmp-pollers.ts';
import { tmpReach } from './tmp-reach.ts';

export const checks: readonly AnyCheck[] = [
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuMemory,
  gpuNvml,
  gpuPci,
  gpuRecovery,
  gpuRemap,
  gpuRepair,
  gpuRetired,
  gpuSram,
  gpuTemperature,
  gpuWedged,
  managerReach,
  modelComplete,
  modelFilled,
  modelPresent,
  modelRead,
  modelShards,
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
  nodeKlog,
  nodeLoad,
  nodeMemory,
  nodeNames,
  nodeOom,
  nodeStuck,
  serviceEnv,
  serviceFiles,
  serviceFlap,
  serviceHealth,
  serviceLog,
  servicePorts,
  serviceRunning,
  serviceWait,
  tmpBacklog,
  tmpPollers,
  tmpReach,
];
