// Made by `npm run gen`.
import type { Probe } from '../core/probe.ts';
import { memory } from './memory.ts';

export const probes: readonly Probe<never, unknown>[] = [memory];
