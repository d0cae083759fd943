// Made by `npm run gen`.
import type { Signature } from '../../core/signature.ts';
import { comfyuiImage } from './comfyui-image.ts';
import { credentials } from './credentials.ts';
import { cuda } from './cuda.ts';
import { docker } from './docker.ts';
import { fastapi } from './fastapi.ts';
import { kernel } from './kernel.ts';
import { kernelGpu } from './kernel-gpu.ts';
import { kernelStorage } from './kernel-storage.ts';
import { llama } from './llama.ts';
import { ollama } from './ollama.ts';
import { os } from './os.ts';
import { python } from './python.ts';
import { supervisorChild } from './supervisor-child.ts';
import { temporal } from './temporal.ts';
import { whisper } from './whisper.ts';

export const signatures: readonly Signature[] = [
  ...comfyuiImage,
  ...credentials,
  ...cuda,
  ...docker,
  ...fastapi,
  ...kernel,
  ...kernelGpu,
  ...kernelStorage,
  ...llama,
  ...ollama,
  ...os,
  ...python,
  ...supervisorChild,
  ...temporal,
  ...whisper,
];
