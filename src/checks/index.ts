// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { amdPresent } from './amd-present.ts';
import { amdSmi } from './amd-smi.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuFabric } from './gpu-fabric.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuMig } from './gpu-mig.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuPci } from './gpu-pci.ts';
import { gpuPcie } from './gpu-pcie.ts';
import { gpuPersist } from './gpu-persist.ts';
import { gpuPower } from './gpu-power.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuRemap } from './gpu-remap.ts';
import { gpuRepair } from './gpu-repair.ts';
import { gpuRetired } from './gpu-retired.ts';
import { gpuSram } from './gpu-sram.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { gpuThrottle } from './gpu-throttle.ts';
import { gpuUvm } from './gpu-uvm.ts';
import { gpuWedged } from './gpu-wedged.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelPresent } from './model-present.ts';
import { modelStable } from './model-stable.ts';
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
  amdPresent,
  amdSmi,
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuFabric,
  gpuMemory,
  gpuMig,
  gpuNvml,
  gpuPci,
  gpuPcie,
  gpuPersist,
  gpuPower,
  gpuRecovery,
  gpuRemap,
  gpuRepair,
  gpuRetired,
  gpuSram,
  gpuTemperature,
  gpuThrottle,
  gpuUvm,
  gpuWedged,
  managerReach,
  modelComplete,
  modelPresent,
  modelStable,
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
