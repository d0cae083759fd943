// Made by `npm run gen`.
import type { Playbook } from '../core/playbook.ts';
import { gpuReattach } from './gpu-reattach.ts';

export const playbooks: readonly Playbook[] = [gpuReattach];
