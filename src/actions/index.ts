// Made by `npm run gen`.
import type { AnyAction } from '../core/action.ts';
import { commandRun } from './command-run.ts';
import { fileEdit } from './file-edit.ts';
import { fileRestore } from './file-restore.ts';
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
  commandRun,
  fileEdit,
  fileRestore,
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
