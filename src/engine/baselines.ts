import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Baselines } from '../core/tool.ts';
import { parsed } from './plans.ts';
import { readWhole, writeWhole } from './whole-file.ts';

const keptSchema = z.object({ name: z.string(), figures: z.array(z.number()) });
const mostFigures = 20;

/** Figures of earlier calls, a file for each name. Of two that add at once, one may be lost: the others tell the same. */
export function createBaselines(folder: string): Baselines {
  const pathOf = (name: string) => join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`);
  const of = async (name: string): Promise<readonly number[]> => {
    const kept = await readWhole(pathOf(name));
    return kept !== undefined && 'text' in kept ? (parsed(keptSchema, kept.text)?.figures ?? []) : [];
  };
  return {
    of,
    async add(name, figure, { anew = false } = {}) {
      const figures = [...(anew ? [] : await of(name)), figure].slice(-mostFigures);
      await writeWhole(pathOf(name), JSON.stringify({ name, figures }));
    },
  };
}
