import type { Drill } from '../support/drill.ts';
import { apis } from './api.ts';
import { reattached } from './gpu.ts';
import { llamas } from './llama.ts';
import { whispers } from './whisper.ts';
import { workers } from './worker.ts';

export const drills: Readonly<Record<string, readonly Drill[]>> = {
  llama: llamas,
  api: apis,
  worker: workers,
  gpu: reattached,
  whisper: whispers,
};
