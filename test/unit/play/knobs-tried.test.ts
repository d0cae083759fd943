import { describe, expect, test } from 'vitest';
import type { RunStory } from '../../../src/core/run-story.ts';
import { knobsTried } from '../../../src/play/knobs-tried.ts';
import { plannedSet } from '../../support/planned-set.ts';

type Listed = RunStory | { readonly id: string; readonly trouble: string };

const [planned] = plannedSet().changes;
if (planned === undefined) throw new Error('no change');

const set = (
  knob: string,
  how: 'verified' | 'rolled_back' | 'not_verified' | undefined,
  { run = {}, ...more }: Partial<Omit<RunStory, 'run'>> & { readonly run?: Partial<RunStory['run']> } = {},
): RunStory => ({
  run: { id: knob, node: 'gpu-1', tool: 't', principal: 'p', why: '', ...run },
  records: [],
  startedAt: 0,
  lastAt: 0,
  found: {},
  notes: [],
  steps: [
    {
      change: { ...planned, action: 'knob.set', args: { service: 'llama', knob, to: '1' } },
      ways: { do: { how: 'done', said: '', at: 0, until: 0 } },
      befores: {},
      measured: {},
    },
  ],
  ...(how !== undefined && { closed: { how, said: '' } }),
  ...more,
});

async function tried(...runs: readonly Listed[]) {
  const asked: (number | undefined)[] = [];
  const list = (since?: number) => Promise.resolve((asked.push(since), runs));
  const ops = { runs: { list }, now: () => 100_000_000 };
  return { found: await knobsTried(ops, 'gpu-1', 'llama'), asked };
}

describe('the knobs that were tried', () => {
  test('are those of a day that were not proven, each once', async () => {
    const { found, asked } = await tried(
      set('PARALLEL', 'rolled_back'),
      set('PARALLEL', 'not_verified'),
      set('BATCH', 'verified'),
      set('CTX', undefined),
      { id: 'x', trouble: 'torn' },
    );
    expect(found).toEqual(['PARALLEL', 'CTX']);
    expect(asked).toEqual([100_000_000 - 86_400_000]);
  });

  test('are those also that somebody took back', async () => {
    const run = { node: 'gpu-1', id: 'a' };
    const back = set('OTHER', 'verified', { run: { node: 'gpu-1', id: 'b', undoes: 'a' } });
    expect((await tried(set('CTX', 'verified', { run }), back)).found).toEqual(['CTX']);
  });

  test('are of this service on this node, and were sent', async () => {
    const elsewhere = set('PARALLEL', 'rolled_back', { run: { node: 'gpu-2' } });
    const unsent = set('BATCH', 'not_verified');
    const [step] = unsent.steps;
    const other = set('CTX', 'rolled_back');
    const [of] = other.steps;
    const { found } = await tried(
      elsewhere,
      { ...unsent, steps: step === undefined ? [] : [{ ...step, ways: {} }] },
      {
        ...other,
        steps: of === undefined ? [] : [{ ...of, change: { ...of.change, args: { service: 'api', knob: 'CTX' } } }],
      },
    );
    expect(found).toEqual([]);
  });
});
