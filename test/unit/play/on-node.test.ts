import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { ChangeOutcome, ChangeRequest, Escalation } from '../../../src/core/change-outcome.ts';
import { definePlaybook, type playbookSchema } from '../../../src/core/playbook.ts';
import type { Finding } from '../../../src/core/report.ts';
import { onNode } from '../../../src/play/on-node.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

type Written = z.input<typeof playbookSchema>;
type Remedies = NonNullable<Written['remedies']>;

const node = testNode({ services: { llama: { kind: 'llama', manager: 'none' } } });
const down = finding({ check: 'service.running', status: 'critical', service: 'llama' });
const fine = finding({ check: 'service.running', status: 'ok', service: 'llama' });
const when = [{ check: 'service.running' }];
const restart = { action: 'service.restart', args: { service: '{service}' } };
const remedy = (name: string, more: Partial<Remedies[number]> = {}): Remedies[number] => ({
  name,
  when,
  because: `By ${name}.`,
  do: [restart],
  ...more,
});
const nothing = { findings: [], next: [], notes: [] };
const verified = (...after: readonly Finding[]): ChangeOutcome => ({
  ...nothing,
  state: 'verified',
  said: 'Done and proven.',
  run: 'r',
  after,
});
const refusal: ChangeOutcome = { ...nothing, state: 'refused', said: 'It can not help.' };

const never = async () => expect.fail('it is not asked for that');

/** A play on a node that first shows these findings; each change ends as told, the last one again and again. */
async function played(
  { remedies, ...more }: { readonly remedies: Remedies } & Partial<Written>,
  found: readonly Finding[],
  outcomes: readonly ChangeOutcome[] = [],
) {
  const playbook = definePlaybook({
    name: 'mend',
    title: 'Mend',
    summary: 'Mends.',
    kinds: ['llama'],
    symptoms: when,
    diagnose: [{ asks: 'Does it run?', checks: ['service.running'] }],
    ...more,
    remedies,
  });
  let clock = 0;
  const asked: ChangeRequest[] = [];
  const left: Escalation[] = [];
  const ops: Parameters<typeof onNode>[0] = {
    look: async () => ({ survey: async () => found, notes: () => [], observe: never }),
    runs: { list: never, find: never, isUnderWay: never },
    now: () => (clock += 1_000),
    progress: () => undefined,
    pause: async () => undefined,
  };
  const hand = {
    tool: 'playbook_run',
    act: async (request: ChangeRequest) => {
      asked.push(request);
      const outcome = outcomes[Math.min(asked.length, outcomes.length) - 1];
      if (outcome === undefined) throw new Error('nothing was to be done');
      return outcome;
    },
    leave: async (escalation: Escalation) => {
      left.push(escalation);
      return { ...nothing, state: 'escalated' as const, said: escalation.said, run: 'left' };
    },
  };
  const [service] = node.services;
  const result = await onNode(ops, { playbook, node, service, inputs: {}, why: 'T-1' }, hand);
  return { ...result, asked, left };
}
const remediesOf = (asked: readonly ChangeRequest[]) => asked.map(({ diagnosis }) => diagnosis?.playbook.remedy);

describe('a playbook on a node', () => {
  test('does nothing where nothing calls for it', async () => {
    expect(await played({ remedies: [remedy('a')] }, [fine])).toMatchObject({ state: 'well', asked: [], left: [] });
  });

  test('does one thing, and is done when that cured it', async () => {
    const { asked, ...result } = await played({ remedies: [remedy('a'), remedy('b')] }, [down], [verified(fine)]);
    expect(result).toMatchObject({ state: 'verified', remedy: 'a', runs: ['r'], left: [] });
    expect(asked).toMatchObject([
      {
        tool: 'playbook_run',
        why: 'T-1 mend: By a.',
        steps: [{ action: 'service.restart', args: { service: 'llama' } }],
        diagnosis: { playbook: { name: 'mend', remedy: 'a', service: 'llama' }, services: ['llama'], findings: [down] },
      },
    ]);
  });

  test('chooses the next where that did not, and leaves the rest to a person', async () => {
    const { asked, left, ...result } = await played({ remedies: [remedy('a'), remedy('b')] }, [down], [verified(down)]);
    expect(remediesOf(asked)).toEqual(['a', 'b']);
    expect(result).toMatchObject({ state: 'escalated', runs: ['r', 'r', 'left'] });
    expect(left).toMatchObject([
      { diagnosis: { findings: [down] }, said: expect.stringContaining('No remedy of mend') },
    ]);
  });

  test('tries the same again only as often as it says', async () => {
    const { asked } = await played({ remedies: [remedy('a', { times: 2 }), remedy('b')] }, [down], [verified(down)]);
    expect(remediesOf(asked)).toEqual(['a', 'a', 'b']);
  });

  test('passes over what is refused, at once, and says why', async () => {
    const two = [remedy('a', { times: 3 }), remedy('b')];
    const { asked, left } = await played({ remedies: two }, [down], [refusal]);
    expect(remediesOf(asked)).toEqual(['a', 'b']);
    expect(left[0]?.said).toContain('It can not help.');
  });

  test.each<ChangeOutcome['state']>(['rolled_back', 'not_verified', 'unknown', 'awaiting_approval', 'held', 'denied'])(
    'goes no further after %s',
    async (state) => {
      const stops = { ...nothing, state, said: 'So it is.' };
      const { asked, left, ...result } = await played({ remedies: [remedy('a'), remedy('b')] }, [down], [stops]);
      expect([asked.length, left]).toEqual([1, []]);
      expect(result).toMatchObject({ state, said: 'By a. So it is.' });
    },
  );

  test('begins no more than it may, nor after its time', async () => {
    const three = { remedies: [remedy('a'), remedy('b'), remedy('c')] };
    const few = await played({ ...three, most: 1 }, [down], [verified(down)]);
    expect(remediesOf(few.asked)).toEqual(['a']);
    expect(few.said).toContain('does no more in one run. What it would do next: By b.');
    const late = await played({ ...three, withinSeconds: 1 }, [down], [verified(down)]);
    expect(remediesOf(late.asked)).toEqual(['a']);
  });

  test('hands what only a person may to them, with what they must do', async () => {
    const { do: _none, ...rest } = remedy('image');
    const { asked, left, next } = await played({ remedies: [{ ...rest, person: ['Deploy {service}.'] }] }, [down]);
    expect(asked).toEqual([]);
    expect(left).toMatchObject([{ said: 'By image. Deploy llama.' }]);
    expect(next).toEqual([{ say: 'Deploy llama.' }]);
  });
});
