// Made by `npm run gen`.
import type { AnyAction } from '../core/action.ts';
import { comfyuiDiscard } from './comfyui-discard.ts';
import { comfyuiEnvironment } from './comfyui-environment.ts';
import { comfyuiFetch } from './comfyui-fetch.ts';
import { comfyuiNodes } from './comfyui-nodes.ts';
import { comfyuiPaths } from './comfyui-paths.ts';
import { comfyuiRequirements } from './comfyui-requirements.ts';
import { comfyuiSwitch } from './comfyui-switch.ts';
import { comfyuiTorch } from './comfyui-torch.ts';
import { comfyuiValidate } from './comfyui-validate.ts';
import { commandRun } from './command-run.ts';
import { fileEdit } from './file-edit.ts';
import { fileRestore } from './file-restore.ts';
import { instancesApply } from './instances-apply.ts';
import { instancesRestore } from './instances-restore.ts';
import { knobSet } from './knob-set.ts';
import { logRotate } from './log-rotate.ts';
import { modelQuarantine } from './model-quarantine.ts';
import { modelRestore } from './model-restore.ts';
import { modelResync } from './model-resync.ts';
import { modelsUnload } from './models-unload.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';

export const actions: readonly AnyAction[] = [
  comfyuiDiscard,
  comfyuiEnvironment,
  comfyuiFetch,
  comfyuiNodes,
  comfyuiPaths,
  comfyuiRequirements,
  comfyuiSwitch,
  comfyuiTorch,
  comfyuiValidate,
  commandRun,
  fileEdit,
  fileRestore,
  instancesApply,
  instancesRestore,
  knobSet,
  logRotate,
  modelQuarantine,
  modelRestore,
  modelResync,
  modelsUnload,
  serviceRestart,
  serviceStart,
  serviceStop,
];
