// Made by `npm run gen`.
import type { AnyAction } from '../core/action.ts';
import { commandRun } from './command-run.ts';
import { fileEdit } from './file-edit.ts';
import { fileRestore } from './file-restore.ts';
import { modelQuarantine } from './model-quarantine.ts';
import { modelRestore } from './model-restore.ts';
import { modelResync } from './model-resync.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';

export const actions: readonly AnyAction[] = [
  commandRun,
  fileEdit,
  fileRestore,
  modelQuarantine,
  modelRestore,
  modelResync,
  serviceRestart,
  serviceStart,
  serviceStop,
];
