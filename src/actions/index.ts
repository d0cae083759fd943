// Made by `npm run gen`.
import type { AnyAction } from '../core/action.ts';
import { fileEdit } from './file-edit.ts';
import { fileRestore } from './file-restore.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';

export const actions: readonly AnyAction[] = [fileEdit, fileRestore, serviceRestart, serviceStart, serviceStop];
