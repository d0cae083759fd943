import { expect, test } from 'vitest';
import type { RunEnd } from '../../../src/core/run.ts';
import type { RunStory } from '../../../src/core/run-story.ts';
import { outOfTurn } from '../../../src/tools/tuning-order.ts';
import { testNode } from '../../support/node.ts';
import { plannedSet } from '../../support/planned-set.ts';

const file = '/etc/llama.env';
const knobs = {
  threads: { file, key: 'THREADS', tier: 1 },
  batch: { file, key: 'BATCH', tier: 2 },
  context: { file, key: 'CTX', tier: 2 },
  layers: { file, key: 'LAYERS', tier: 3 },
};
const [service] = testNode({ services: { llama: { manager: 'none', knobs } } }).services;
const day = 86_400_000;
const now = 100 * day;

interface Told {
  readonly knob?: string;
  readonly end?: RunEnd | undefined;
  readonly ago?: number;
  readonly node?: string;
  readonly service?: string;
  readonly sent?: boolean;
  readonly undoes?: string;
}

/** A run that has set a knob, and how it ended. */
function story({ knob, end, ago = day, node = 'gpu-1', service: name = 'llama', sent = true, undoes }: Told): RunStory {
  const set = plannedSet();
  const at = now - ago;
  const [first] = set.changes;
  if (first === undefined) throw new Error('no change');
  const args = { service: name, knob: knob ?? '' };
  const change = { ...first, action: knob === undefined ? 'file.restore' : 'knob.set', args };
  const way = { how: 'done', said: '', at, until: at } as const;
  return {
    run: {
      id: `run-${ago}`,
      node,
      tool: 'knob_tune',
      principal: 'ana',
      why: '',
      ...(undoes !== undefined && { undoes }),
    },
    records: [],
    startedAt: at,
    lastAt: at,
    found: {},
    set,
    steps: [{ change, befores: {}, measured: {}, ways: sent ? { do: way } : {} }],
    notes: [],
    ...(end !== undefined && { closed: { how: end, said: '' } }),
  };
}

function verdict(knob: string, runs: readonly Told[], reason?: string): string {
  if (service === undefined) throw new Error('no service');
  const found = outOfTurn({ node: 'gpu-1', service, knob, reason }, { runs: runs.map(story), now });
  return found === undefined ? 'go on' : [found.because, ...found.next.map(({ say }) => say)].join(' ');
}
const threads = { knob: 'threads', end: 'verified' } as const;

test.each<[string, string, readonly Told[], string | undefined, RegExp]>([
  ['the first tier', 'threads', [], undefined, /^go on$/],
  ['an undeclared one, which is refused elsewhere', 'none', [], undefined, /^go on$/],
  ['one called like what every object has', 'constructor', [], undefined, /^go on$/],
  [
    'a deeper tier at once',
    'batch',
    [],
    undefined,
    /tier 2 \(memory pressure\), and none of tier 1.*within 7 d\. Try threads first/,
  ],
  ['the deepest at once', 'layers', [], undefined, /none of tier 2 .* Try batch or context first/],
  ['a deeper tier with a reason', 'layers', [], 'it does not fit', /^go on$/],
  ['a deeper tier after the one above', 'batch', [threads], undefined, /^go on$/],
  ['a deeper tier after one that was taken back', 'batch', [{ ...threads, end: 'rolled_back' }], undefined, /^go on$/],
  ['two tiers deeper', 'layers', [threads], undefined, /Try batch or context/],
  ['a deeper tier after one long ago', 'batch', [{ ...threads, ago: 8 * day }], undefined, /Try threads/],
  ['a deeper tier after one on another node', 'batch', [{ ...threads, node: 'gpu-2' }], undefined, /Try threads/],
  ['a deeper tier after one of another service', 'batch', [{ ...threads, service: 'api' }], undefined, /Try threads/],
  [
    'a deeper tier after one that was never sent',
    'batch',
    [{ ...threads, end: 'not_verified', sent: false }],
    undefined,
    /Try threads/,
  ],
  [
    'a second one while one is under way',
    'threads',
    [{ knob: 'threads' }],
    undefined,
    /run-86400000 set threads of llama, and is not at its end.*Finish it/,
  ],
  ['a second one while one is under way, with a reason', 'threads', [{ knob: 'threads' }], 'why not', /not at its end/],
  [
    'a second one after one that was not proven',
    'threads',
    [{ ...threads, end: 'not_verified' }],
    undefined,
    /neither proven nor taken back.*as the reason/,
  ],
  ['the same with a reason', 'threads', [{ ...threads, end: 'not_verified' }], 'mended by hand', /^go on$/],
  [
    'the same after that was taken back',
    'threads',
    [
      { ...threads, end: 'not_verified' },
      { ago: 1, end: 'verified', undoes: 'run-86400000' },
    ],
    undefined,
    /^go on$/,
  ],
  [
    'one after a newer good one',
    'threads',
    [{ ...threads, end: 'not_verified', ago: 2 * day }, threads],
    undefined,
    /^go on$/,
  ],
])('%s', (_, knob, runs, reason, said) => expect(verdict(knob, runs, reason)).toMatch(said));

test('a journal that can not be read is no try', () => {
  if (service === undefined) throw new Error('no service');
  const runs = [{ id: 'r1', trouble: 'torn' }];
  const wanted = { node: 'gpu-1', service, knob: 'batch', reason: undefined };
  expect(outOfTurn(wanted, { runs, now })?.because).toContain('comes first');
});
