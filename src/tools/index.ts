// Made by `npm run gen`.
import type { AnyTool } from '../core/tool.ts';
import { comfyuiAccept } from './comfyui-accept.ts';
import { comfyuiHealth } from './comfyui-health.ts';
import { comfyuiStorage } from './comfyui-storage.ts';
import { comfyuiWorkflows } from './comfyui-workflows.ts';
import { commandRun } from './command-run.ts';
import { fileEdit } from './file-edit.ts';
import { fleetCheck } from './fleet-check.ts';
import { fleetDiscover } from './fleet-discover.ts';
import { fleetList } from './fleet-list.ts';
import { gpuStatus } from './gpu-status.ts';
import { healthCheck } from './health-check.ts';
import { knobTune } from './knob-tune.ts';
import { llmChat } from './llm-chat.ts';
import { llmEmbed } from './llm-embed.ts';
import { llmModels } from './llm-models.ts';
import { llmProbe } from './llm-probe.ts';
import { logRotate } from './log-rotate.ts';
import { logSearch } from './log-search.ts';
import { logTail } from './log-tail.ts';
import { modelQuarantine } from './model-quarantine.ts';
import { modelResync } from './model-resync.ts';
import { modelUnload } from './model-unload.ts';
import { modelVerify } from './model-verify.ts';
import { nodeTriage } from './node-triage.ts';
import { playbookList } from './playbook-list.ts';
import { playbookPlan } from './playbook-plan.ts';
import { playbookRun } from './playbook-run.ts';
import { queueCheck } from './queue-check.ts';
import { runCancel } from './run-cancel.ts';
import { runList } from './run-list.ts';
import { runReport } from './run-report.ts';
import { runResume } from './run-resume.ts';
import { runShow } from './run-show.ts';
import { runUndo } from './run-undo.ts';
import { serviceList } from './service-list.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';

export const tools: readonly AnyTool[] = [
  comfyuiAccept,
  comfyuiHealth,
  comfyuiStorage,
  comfyuiWorkflows,
  commandRun,
  fileEdit,
  fleetCheck,
  fleetDiscover,
  fleetList,
  gpuStatus,
  healthCheck,
  knobTune,
  llmChat,
  llmEmbed,
  llmModels,
  llmProbe,
  logRotate,
  logSearch,
  logTail,
  modelQuarantine,
  modelResync,
  modelUnload,
  modelVerify,
  nodeTriage,
  playbookList,
  playbookPlan,
  playbookRun,
  queueCheck,
  runCancel,
  runList,
  runReport,
  runResume,
  runShow,
  runUndo,
  serviceList,
  serviceRestart,
  serviceStart,
  serviceStop,
];
