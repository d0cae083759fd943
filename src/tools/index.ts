// Made by `npm run gen`.
import type { AnyTool } from '../core/tool.ts';
import { fleetCheck } from './fleet-check.ts';
import { fleetList } from './fleet-list.ts';
import { gpuStatus } from './gpu-status.ts';
import { healthCheck } from './health-check.ts';
import { logSearch } from './log-search.ts';
import { logTail } from './log-tail.ts';
import { modelVerify } from './model-verify.ts';
import { nodeTriage } from './node-triage.ts';
import { serviceList } from './service-list.ts';

export const tools: readonly AnyTool[] = [
  fleetCheck,
  fleetList,
  gpuStatus,
  healthCheck,
  logSearch,
  logTail,
  modelVerify,
  nodeTriage,
  serviceList,
];
