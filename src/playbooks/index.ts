// Made by `npm run gen`.
import type { Playbook } from '../core/playbook.ts';
import { apiRecover } from './api-recover.ts';
import { gpuReattach } from './gpu-reattach.ts';
import { llamaRecover } from './llama-recover.ts';
import { whisperGpu } from './whisper-gpu.ts';
import { workerAttach } from './worker-attach.ts';

export const playbooks: readonly Playbook[] = [apiRecover, gpuReattach, llamaRecover, whisperGpu, workerAttach];
