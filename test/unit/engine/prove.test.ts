import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineAction, type Done } from '../../../src/core/action.ts';
import { defineCheck, type AnyCheck } from '../../../src/core/check.ts';
import { known, type Asking } from '../../../src/core/probe.ts';
import type { Finding } from '../../../src/core/report.ts';
import type { RunEntry } from '../../../src/core/run.ts';
import { prove } from '../../../src/engine/prove.ts';
import { testNode } from '../../support/node.ts';
import { replayed } from '../../support/replay.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const checkOf = (name: string): AnyCheck =>
  defineCheck({
    name,
    summary: name,
    layer: 'api',
    rule: '',
    unseen: '',
    subjects: () => [],
    needs: () => ({}),
    evaluate: () => ({ status: 'ok', summary: '' }),
  });
const checks = ['health', 'log', 'ports'].map(checkOf);
const finding = (check: string, status: Finding['status']): Finding => ({
  node: 'gpu-1',
  check,
  subject: 'service:api',
  status,
  summary: `${check} is ${status}`,
  layer: 'api',
  role: 'finding',
  evidence: [`e-${check}`],
});

/** A service whose checks speak against it as a story says, by the milliseconds since the start; a survey takes 40 ms. */
function service(bad: (ms: number) => readonly string[], mark: (ms: number) => string = () => 'first') {
  const surveys: { readonly at: number; readonly checks: readonly string[] }[] = [];
  const written: RunEntry[] = [];
  const action = defineAction({
    name: 'service.restart',
    summary: '',
    args: z.unknown(),
    guards: () => ({ checks: [], services: [] }),
    plan: () => known({ can: false, because: '', next: [] } as const),
    order: () => expect.fail('it is not sent'),
    done: () => known<Done>({ is: 'done', mark: mark(performance.now()) }),
    proof: () => ({ checks, services: [], quietSeconds: 15, withinSeconds: 60 }),
  });
  const hands = {
    node: testNode(),
    journal: {
      condition: { is: 'whole' as const },
      records: [],
      append: async (entry: RunEntry) => written.push(entry),
      close: async () => undefined,
    },
    look: {
      async at<T>(name: string, asking: () => Asking<T>) {
        vi.advanceTimersByTime(5);
        return { fact: replayed(name, asking(), []), evidence: [] };
      },
      async survey(_: unknown, some: readonly AnyCheck[]) {
        const at = performance.now();
        surveys.push({ at, checks: some.map(({ name }) => name) });
        vi.advanceTimersByTime(40);
        const against = bad(at);
        return some.map(({ name }) => finding(name, against.includes(name) ? 'critical' : 'ok'));
      },
    },
    send: async () => expect.fail('it is not sent'),
    keep: async () => undefined,
    hold: async () => undefined,
    say: () => undefined,
    pause: async (ms: number) => void vi.advanceTimersByTime(ms),
  };
  const deed = { action, args: {}, before: null, knownSignatures: [] };
  return { surveys, written, proven: () => prove(hands, { step: 1, way: 'do' }, deed) };
}
const all = checks.map(({ name }) => name);
const isFull = ({ checks: some }: { readonly checks: readonly string[] }) => some.length === all.length;

test('while something speaks against it only that is asked again; the quiet time lies between two looks at everything', async () => {
  const { surveys, proven } = service((ms) => (ms < 3_000 ? ['health'] : []));
  expect(await proven()).toMatchObject({ verified: true, said: expect.stringContaining('for 15 s without a break') });
  const [first, ...rest] = surveys;
  expect(first?.checks).toEqual(all);
  const again = rest.filter((each) => !isFull(each));
  expect(again.length).toBeGreaterThan(5);
  for (const each of again) expect(each.checks).toEqual(['health']);
  const full = rest.filter(isFull);
  const held = (full.at(-1)?.at ?? 0) - (full[0]?.at ?? 0);
  expect(full[0]?.at).toBeGreaterThanOrEqual(3_000);
  expect(held).toBeGreaterThanOrEqual(15_000);
  expect(held).toBeLessThan(15_100);
});

test('what is well by what was asked again is asked for everything before the time begins', async () => {
  const { surveys, proven } = service((ms) => (ms < 1_000 ? ['health'] : ms < 2_000 ? ['log'] : []));
  expect(await proven()).toMatchObject({ verified: true });
  const kinds = surveys.map(({ checks: some }) => some.join(' '));
  expect([...new Set(kinds)]).toEqual([all.join(' '), 'health', 'log']);
  const full = surveys.filter(isFull).slice(-9);
  expect((full.at(-1)?.at ?? 0) - (full[0]?.at ?? 0)).toBeGreaterThanOrEqual(15_000);
  expect(full[0]?.at).toBeGreaterThanOrEqual(2_000);
});

test.each([
  ['one look that is not well', (ms: number) => (ms > 8_000 && ms < 9_000 ? ['ports'] : []), () => 'first'],
  ['another process', () => [], (ms: number) => (ms < 8_000 ? 'first' : 'second')],
])('%s begins the time anew', async (_, bad, mark) => {
  const { surveys, proven } = service(bad, mark);
  expect(await proven()).toMatchObject({ verified: true });
  expect(surveys.at(-1)?.at).toBeGreaterThanOrEqual(8_000 + 15_000);
});

test('what does not get well in time is told by everything that speaks against it then, and not by what was asked last', async () => {
  const { surveys, written, proven } = service((ms) => (ms < 1_000 ? ['health'] : ['health', 'log']));
  const { verified, said, findings } = await proven();
  expect([verified, said]).toEqual([false, 'It is not proven within 1 min: health is critical']);
  expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
    'health critical',
    'log critical',
    'ports ok',
  ]);
  expect(surveys.filter(isFull)).toHaveLength(2);
  expect(written).toMatchObject([{ type: 'not_verified', ids: ['e-health', 'e-log', 'e-ports'] }]);
});
