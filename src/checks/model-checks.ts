import type { AnyCheck } from '../core/check.ts';
import { modelComplete } from './model-complete.ts';
import { modelFilled } from './model-filled.ts';
import { modelPresent } from './model-present.ts';
import { modelRead } from './model-read.ts';
import { modelShards } from './model-shards.ts';
import { modelStable } from './model-stable.ts';
import { modelVisible } from './model-visible.ts';
import { modelWriters } from './model-writers.ts';

/** All that tells whether a model is whole, short of reading all of it. */
export const modelChecks: readonly AnyCheck[] = [
  modelPresent,
  modelStable,
  modelComplete,
  modelRead,
  modelFilled,
  modelShards,
  modelWriters,
  modelVisible,
];

/** Checks of models, narrowed to one of them. */
export const ofModel = (checks: readonly AnyCheck[], path: string): readonly AnyCheck[] =>
  checks.map((check) => ({
    ...check,
    subjects: (node) => check.subjects(node).filter(({ id }) => id === `model:${path}`),
  }));
