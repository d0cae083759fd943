// Made by `npm run gen`.
import type { Playbook } from '../core/playbook.ts';
import { gpuReattach } from './gpu-reattach.ts';
import { llamaRecover } from './llama-recover.ts';

export const playbooks: readonly Playbook[] = [gpuReattach, llamaRecover];
