// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { accounts } from './accounts.ts';
import { disk } from './disk.ts';
import { files } from './files.ts';
import { gpuDevices } from './gpu-devices.ts';
import { gpuDriver } from './gpu-driver.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { logAges } from './log-ages.ts';
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
import { processes } from './processes.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceStates } from './service-states.ts';
import { tools } from './tools.ts';

export const probes: readonly Probe<never, unknown>[] = [
  accounts,
  disk,
  files,
  gpuDevices,
  gpuDriver,
  health,
  identity,
  logAges,
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
  processes,
  serviceLogs,
  serviceStates,
  tools,
];
