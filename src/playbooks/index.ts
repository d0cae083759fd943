// Made by `npm run gen`.
import type { Playbook } from '../core/playbook.ts';
import { apiRecover } from './api-recover.ts';
import { comfyuiInstall } from './comfyui-install.ts';
import { comfyuiNodes } from './comfyui-nodes.ts';
import { comfyuiRemove } from './comfyui-remove.ts';
import { comfyuiRollback } from './comfyui-rollback.ts';
import { comfyuiStart } from './comfyui-start.ts';
import { diskFree } from './disk-free.ts';
import { gpuFault } from './gpu-fault.ts';
import { gpuReattach } from './gpu-reattach.ts';
import { llamaRecover } from './llama-recover.ts';
import { rollback } from './rollback.ts';
import { validate } from './validate.ts';
import { vramFree } from './vram-free.ts';
import { whisperGpu } from './whisper-gpu.ts';
import { workerAttach } from './worker-attach.ts';

export const playbooks: readonly Playbook[] = [
  apiRecover,
  comfyuiInstall,
  comfyuiNodes,
  comfyuiRemove,
  comfyuiRollback,
  comfyuiStart,
  diskFree,
  gpuFault,
  gpuReattach,
  llamaRecover,
  rollback,
  validate,
  vramFree,
  whisperGpu,
  workerAttach,
];
