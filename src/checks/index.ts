// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { amdKlog } from './amd-klog.ts';
import { amdPresent } from './amd-present.ts';
import { amdSmi } from './amd-smi.ts';
import { comfyuiApi } from './comfyui-api.ts';
import { comfyuiCustomNodes } from './comfyui-custom-nodes.ts';
import { comfyuiData } from './comfyui-data.ts';
import { comfyuiInstalled } from './comfyui-installed.ts';
import { comfyuiInstances } from './comfyui-instances.ts';
import { comfyuiModelPaths } from './comfyui-model-paths.ts';
import { comfyuiMounts } from './comfyui-mounts.ts';
import { comfyuiNodes } from './comfyui-nodes.ts';
import { comfyuiRelease } from './comfyui-release.ts';
import { comfyuiRequirements } from './comfyui-requirements.ts';
import { comfyuiRoom } from './comfyui-room.ts';
import { comfyuiSettings } from './comfyui-settings.ts';
import { comfyuiSetup } from './comfyui-setup.ts';
import { comfyuiStorage } from './comfyui-storage.ts';
import { containerGpu } from './container-gpu.ts';
import { dockerEngine } from './docker-engine.ts';
import { gpuAttached } from './gpu-attached.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuEcc } from './gpu-ecc.ts';
import { gpuFabric } from './gpu-fabric.ts';
import { gpuHit } from './gpu-hit.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuMig } from './gpu-mig.ts';
import { gpuNvml } from './gpu-nvml.ts';
import { gpuPci } from './gpu-pci.ts';
import { gpuPcie } from './gpu-pcie.ts';
import { gpuPersist } from './gpu-persist.ts';
import { gpuPower } from './gpu-power.ts';
import { gpuProcs } from './gpu-procs.ts';
import { gpuRecovery } from './gpu-recovery.ts';
import { gpuRemap } from './gpu-remap.ts';
import { gpuRepair } from './gpu-repair.ts';
import { gpuRetired } from './gpu-retired.ts';
import { gpuSram } from './gpu-sram.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { gpuThrottle } from './gpu-throttle.ts';
import { gpuUvm } from './gpu-uvm.ts';
import { gpuWedged } from './gpu-wedged.ts';
import { gpuXid } from './gpu-xid.ts';
import { llmOffload } from './llm-offload.ts';
import { logSize } from './log-size.ts';
import { managerOrphans } from './manager-orphans.ts';
import { managerReach } from './manager-reach.ts';
import { modelComplete } from './model-complete.ts';
import { modelFilled } from './model-filled.ts';
import { modelPresent } from './model-present.ts';
import { modelRead } from './model-read.ts';
import { modelShards } from './model-shards.ts';
import { modelStable } from './model-stable.ts';
import { modelVisible } from './model-visible.ts';
import { modelWriters } from './model-writers.ts';
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
import { ollamaModels } from './ollama-models.ts';
import { ollamaSettings } from './ollama-settings.ts';
import { ollamaSpill } from './ollama-spill.ts';
import { serviceConfig } from './service-config.ts';
import { serviceContainer } from './service-container.ts';
import { serviceEnv } from './service-env.ts';
import { serviceFiles } from './service-files.ts';
import { serviceFlap } from './service-flap.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLimits } from './service-limits.ts';
import { serviceLog } from './service-log.ts';
import { servicePorts } from './service-ports.ts';
import { serviceRunning } from './service-running.ts';
import { serviceWait } from './service-wait.ts';
import { stackAnchors } from './stack-anchors.ts';
import { stackDevices } from './stack-devices.ts';
import { stackGit } from './stack-git.ts';
import { stackHardware } from './stack-hardware.ts';
import { stackHealth } from './stack-health.ts';
import { stackInit } from './stack-init.ts';
import { stackMounts } from './stack-mounts.ts';
import { stackNetwork } from './stack-network.ts';
import { stackProfile } from './stack-profile.ts';
import { stackProvision } from './stack-provision.ts';
import { stackTags } from './stack-tags.ts';
import { stackToolkit } from './stack-toolkit.ts';
import { tmpBacklog } from './tmp-backlog.ts';
import { tmpPollers } from './tmp-pollers.ts';
import { tmpReach } from './tmp-reach.ts';
import { tmpWorker } from './tmp-worker.ts';
import { wspDevice } from './wsp-device.ts';

export const checks: readonly AnyCheck[] = [
  amdKlog,
  amdPresent,
  amdSmi,
  comfyuiApi,
  comfyuiCustomNodes,
  comfyuiData,
  comfyuiInstalled,
  comfyuiInstances,
  comfyuiModelPaths,
  comfyuiMounts,
  comfyuiNodes,
  comfyuiRelease,
  comfyuiRequirements,
  comfyuiRoom,
  comfyuiSettings,
  comfyuiSetup,
  comfyuiStorage,
  containerGpu,
  dockerEngine,
  gpuAttached,
  gpuCount,
  gpuDriver,
  gpuEcc,
  gpuFabric,
  gpuHit,
  gpuMemory,
  gpuMig,
  gpuNvml,
  gpuPci,
  gpuPcie,
  gpuPersist,
  gpuPower,
  gpuProcs,
  gpuRecovery,
  gpuRemap,
  gpuRepair,
  gpuRetired,
  gpuSram,
  gpuTemperature,
  gpuThrottle,
  gpuUvm,
  gpuWedged,
  gpuXid,
  llmOffload,
  logSize,
  managerOrphans,
  managerReach,
  modelComplete,
  modelFilled,
  modelPresent,
  modelRead,
  modelShards,
  modelStable,
  modelVisible,
  modelWriters,
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
  ollamaModels,
  ollamaSettings,
  ollamaSpill,
  serviceConfig,
  serviceContainer,
  serviceEnv,
  serviceFiles,
  serviceFlap,
  serviceHealth,
  serviceLimits,
  serviceLog,
  servicePorts,
  serviceRunning,
  serviceWait,
  stackAnchors,
  stackDevices,
  stackGit,
  stackHardware,
  stackHealth,
  stackInit,
  stackMounts,
  stackNetwork,
  stackProfile,
  stackProvision,
  stackTags,
  stackToolkit,
  tmpBacklog,
  tmpPollers,
  tmpReach,
  tmpWorker,
  wspDevice,
];
