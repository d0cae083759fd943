// Made by `npm run gen`.
import type { AnyCheck } from '../core/check.ts';
import { nodeMemory } from './node-memory.ts';

export const checks: readonly AnyCheck[] = [nodeMemory];
