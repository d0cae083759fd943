import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction, order, type Change } from '../../../src/core/action.ts';
import { alterByRun } from '../../../src/core/alter.ts';
import { run, type Command, type Reply } from '../../../src/core/command.ts';
import { OpsError } from '../../../src/core/errors.ts';
import { known, type Asking } from '../../../src/core/probe.ts';
import type { RunEntry } from '../../../src/core/run.ts';
import { carryOut } from '../../../src/engine/carry-out.ts';
import { testNode } from '../../support/node.ts';
import { reply } from '../../support/replay.ts';

const answer = reply({ exec: { exitCode: 0 } }, new URL('file:///'));
const stir = run(['stir']);
const change: Change = {
  subject: 'service:api',
  risk: 'approve',
  what: 'Restart api.',
  drops: [],
  proves: [],
  undo: null,
  world: null,
  before: null,
};

/** One order that is answered when `ends` says so after so many looks; what a look does is told. */
function ordered(stirs: Command<'observe'> | undefined, ends: number, onLook: () => Promise<void>) {
  const looked: string[] = [];
  const written: RunEntry[] = [];
  let end: ((answer: Reply) => void) | undefined;
  const sending = new Promise<Reply>((resolve) => (end = resolve));
  const action = defineAction({
    name: 'service.restart',
    summary: '',
    args: z.unknown(),
    guards: () => ({ checks: [], services: [] }),
    plan: () => known({ can: false, because: '', next: [] } as const),
    order: () => known(order(alterByRun(['true']), () => ({ how: 'done', said: 'stopped, started' }), stirs)),
    done: () => expect.fail('its answer tells'),
    proof: () => ({ checks: [], services: [], quietSeconds: 0, withinSeconds: 0 }),
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
        const steps = asking();
        let turn = steps.next();
        if (turn.done !== true) {
          looked.push(name);
          if (looked.length >= ends) end?.(answer);
          await onLook();
          turn = steps.next([answer]);
        }
        if (turn.done !== true) throw new Error('asked more than once');
        return { fact: turn.value, evidence: [] };
      },
      survey: async () => [],
    },
    async send() {
      expect(written.at(-1)).toMatchObject({ type: 'intent' });
      if (ends === 0) end?.(answer);
      return { reply: await sending, id: 'e-1' };
    },
    keep: async () => undefined,
    hold: async () => undefined,
    say: () => undefined,
    pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const deed = { action, args: {}, change, ids: [], findings: [] };
  return { looked, sent: () => carryOut(hands, { step: 1, way: 'do' }, deed) };
}

test.each([
  ['answers', async () => undefined],
  ['fails', async () => Promise.reject(new OpsError('LINK_LOST', 'The line is gone.'))],
])('whoever carries it out is spoken to until it has answered: the look %s', async (_, onLook) => {
  const { looked, sent } = ordered(stir, 4, onLook);
  expect(await sent()).toEqual({ how: 'done', said: 'stopped, started' });
  expect(looked).toEqual(['stir', 'stir', 'stir', 'stir']);
});

test('a look that never ends does not keep the answer', async () => {
  const { looked, sent } = ordered(stir, 1, () => new Promise(() => undefined));
  expect(await sent()).toMatchObject({ how: 'done' });
  expect(looked).toEqual(['stir']);
});

test('nobody is spoken to where the order does not ask for it', async () => {
  const { looked, sent } = ordered(undefined, 0, async () => undefined);
  expect(await sent()).toMatchObject({ how: 'done' });
  expect(looked).toEqual([]);
});
