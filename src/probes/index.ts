// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { amdDevices } from './amd-devices.ts';
import { comfyuiApi } from './comfyui-api.ts';
import { comfyuiClasses } from './comfyui-classes.ts';
import { comfyuiDrawn } from './comfyui-drawn.ts';
import { comfyuiExtensions } from './comfyui-extensions.ts';
import { comfyuiFolders } from './comfyui-folders.ts';
import { comfyuiLinks } from './comfyui-links.ts';
import { comfyuiPackages } from './comfyui-packages.ts';
import { comfyuiPicture } from './comfyui-picture.ts';
import { comfyuiRelease } from './comfyui-release.ts';
import { comfyuiRoot } from './comfyui-root.ts';
import { containerGpus } from './container-gpus.ts';
import { containerInspect } from './container-inspect.ts';
import { containerLimits } from './container-limits.ts';
import { containerToolkit } from './container-toolkit.ts';
import { discovery } from './discovery.ts';
import { disk } from './disk.ts';
import { diskUse } from './disk-use.ts';
import { egress } from './egress.ts';
import { engineOffers } from './engine-offers.ts';
import { files } from './files.ts';
import { gitCover } from './git-cover.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuHolders } from './gpu-holders.ts';
import { gpuNodes } from './gpu-nodes.ts';
import { gpuPci } from './gpu-pci.ts';
import { handles } from './handles.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { instanceSet } from './instance-set.ts';
import { interfaces } from './interfaces.ts';
import { kernelLog } from './kernel-log.ts';
import { listeners } from './listeners.ts';
import { load } from './load.ts';
import { logAges } from './log-ages.ts';
import { logSizes } from './log-sizes.ts';
import { logWindow } from './log-window.ts';
import { memory } from './memory.ts';
import { modelAccess } from './model-access.ts';
import { modelContent } from './model-content.ts';
import { modelDigest } from './model-digest.ts';
import { modelFile } from './model-file.ts';
import { modelHeader } from './model-header.ts';
import { modelShards } from './model-shards.ts';
import { modelView } from './model-view.ts';
import { modelWhereabouts } from './model-whereabouts.ts';
import { modelWriters } from './model-writers.ts';
import { mountAnswer } from './mount-answer.ts';
import { mounts } from './mounts.ts';
import { names } from './names.ts';
import { oomCounters } from './oom-counters.ts';
import { pathLeads } from './path-leads.ts';
import { pm2Orphans } from './pm2-orphans.ts';
import { pressure } from './pressure.ts';
import { processStarts } from './process-starts.ts';
import { processes } from './processes.ts';
import { serviceCgroups } from './service-cgroups.ts';
import { serviceContainers } from './service-containers.ts';
import { serviceDevices } from './service-devices.ts';
import { serviceDrift } from './service-drift.ts';
import { serviceEnviron } from './service-environ.ts';
import { serviceExits } from './service-exits.ts';
import { serviceLimits } from './service-limits.ts';
import { serviceLogs } from './service-logs.ts';
import { servicePorts } from './service-ports.ts';
import { serviceProcesses } from './service-processes.ts';
import { serviceStates } from './service-states.ts';
import { serviceWaiting } from './service-waiting.ts';
import { stackComfyui } from './stack-comfyui.ts';
import { stackContainers } from './stack-containers.ts';
import { stackFile } from './stack-file.ts';
import { stackInit } from './stack-init.ts';
import { stackMembers } from './stack-members.ts';
import { stackOllama } from './stack-ollama.ts';
import { temporalQueue } from './temporal-queue.ts';
import { temporalReach } from './temporal-reach.ts';
import { tools } from './tools.ts';
import { vitals } from './vitals.ts';

export const probes: readonly Probe<never, unknown>[] = [
  accounts,
  amdDevices,
  comfyuiApi,
  comfyuiClasses,
  comfyuiDrawn,
  comfyuiExtensions,
  comfyuiFolders,
  comfyuiLinks,
  comfyuiPackages,
  comfyuiPicture,
  comfyuiRelease,
  comfyuiRoot,
  containerGpus,
  containerInspect,
  containerLimits,
  containerToolkit,
  discovery,
  disk,
  diskUse,
  egress,
  engineOffers,
  files,
  gitCover,
  gpuDevices,
  gpuDriver,
  gpuHolders,
  gpuNodes,
  gpuPci,
  handles,
  health,
  identity,
  instanceSet,
  interfaces,
  kernelLog,
  listeners,
  load,
  logAges,
  logSizes,
  logWindow,
  memory,
  modelAccess,
  modelContent,
  modelDigest,
  modelFile,
  modelHeader,
  modelShards,
  modelView,
  modelWhereabouts,
  modelWriters,
  mountAnswer,
  mounts,
  names,
  oomCounters,
  pathLeads,
  pm2Orphans,
  pressure,
  processStarts,
  processes,
  serviceCgroups,
  serviceContainers,
  serviceDevices,
  serviceDrift,
  serviceEnviron,
  serviceExits,
  serviceLimits,
  serviceLogs,
  servicePorts,
  serviceProcesses,
  serviceStates,
  serviceWaiting,
  stackComfyui,
  stackContainers,
  stackFile,
  stackInit,
  stackMembers,
  stackOllama,
  temporalQueue,
  temporalReach,
  tools,
  vitals,
];
