import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApprovals } from '../../../src/engine/approvals.ts';
import { approval, changeSet, digestOf } from '../../support/change-set.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';

const day = 86_400_000;
const numbered = (number: number): string => number.toString(16).padStart(64, '0');

function store(secrets: readonly string[] = []) {
  const { path: state } = scratchFolder();
  let now = 1_000_000;
  const { propose, proposed, list, give, take } = createApprovals(
    state,
    () => secrets,
    () => now,
  );
  return { state, propose, proposed, list, give, take, at: (later: number) => (now = later) };
}

describe('a plan', () => {
  test('is found by its digest, and by 8 or more characters of its beginning', async () => {
    const { propose, proposed } = store();
    await propose(changeSet());
    for (const text of [digestOf('a'), 'aaaaaaaa', 'AAAAAAAAAA']) expect(await proposed(text)).toEqual(changeSet());
  });

  test.each([
    ['aaaaaaa', '"aaaaaaa" is no digest of a plan'],
    ['', '"" is no digest'],
    ['../aaaaaaaa', 'is no digest'],
    [`${digestOf('a')}a`, 'is no digest'],
    ['bbbbbbbb', 'No plan that can be approved begins with bbbbbbbb.'],
  ])('is not found by %j', async (text, says) => {
    const { propose, proposed } = store();
    await propose(changeSet());
    expect(await rejection(proposed(text))).toMatchObject({
      code: 'UNKNOWN_PLAN',
      message: expect.stringContaining(says),
      hint: expect.stringContaining('rackhand approve lists'),
    });
  });

  test('is not guessed where two begin alike', async () => {
    const { propose, proposed } = store();
    const other = `${'a'.repeat(20)}${'b'.repeat(44)}`;
    await propose(changeSet());
    await propose(changeSet({ digest: other, node: 'gpu-2' }));
    expect(await rejection(proposed('aaaaaaaa'))).toMatchObject({
      code: 'UNKNOWN_PLAN',
      message: '2 plans begin with aaaaaaaa.',
      hint: expect.stringContaining(`${other} (gpu-2)`),
    });
    expect(await proposed(`${'a'.repeat(20)}b`)).toMatchObject({ node: 'gpu-2' });
  });

  test('goes after a day, and beyond the newest hundred', async () => {
    const { propose, proposed, list, at, state } = store();
    for (let number = 0; number < 101; number += 1)
      await propose(changeSet({ digest: numbered(number), plannedAt: 1_000_000 + number }));
    expect(readdirSync(join(state, 'plans'))).toHaveLength(100);
    expect((await list()).map(({ digest }) => digest).slice(0, 2)).toEqual([numbered(100), numbered(99)]);
    await rejection(proposed(numbered(0)));
    at(1_000_050 + day);
    expect(await list()).toHaveLength(50);
    expect(await rejection(proposed(numbered(50)))).toMatchObject({ code: 'UNKNOWN_PLAN' });
    await propose(changeSet({ plannedAt: 1_000_050 + day }));
    expect(readdirSync(join(state, 'plans'))).toHaveLength(51);
  });

  test('is kept without secrets, for its owner alone', async () => {
    const { propose, proposed, state } = store(['hunter22', 'aaaa']);
    const [change] = changeSet().changes;
    if (change === undefined) throw new Error('no change');
    const diff = ['-PASSWORD=hunter22', '+TOKEN=hf_abcdefghijklmnopqrstuvwxyz'];
    await propose(changeSet({ why: 'it says hunter22', changes: [{ ...change, diff, args: { text: 'hunter22' } }] }));
    const file = join(state, 'plans', `${digestOf('a')}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toMatch(/hunter22|hf_abc/);
    expect(await proposed('aaaaaaaa')).toMatchObject({ digest: digestOf('a'), why: 'it says [redacted]' });
  });

  test('that was cut, altered or renamed is not shown to anybody', async () => {
    const { propose, proposed, list, state } = store();
    await propose(changeSet());
    const file = join(state, 'plans', `${digestOf('a')}.json`);
    const text = readFileSync(file, 'utf8');
    const others = [text.slice(0, -1), '', text.replace('Restart', 'Inspect'), text.replaceAll('gpu-1', 'gpu-2')];
    for (const other of others) {
      writeFileSync(file, other);
      expect(await list()).toEqual([]);
      expect(await rejection(proposed('aaaaaaaa'))).toMatchObject({ code: 'UNKNOWN_PLAN' });
    }
    writeFileSync(join(state, 'plans', `${digestOf('b')}.json`), text, { mode: 0o600 });
    expect(await rejection(proposed('bbbbbbbb'))).toMatchObject({ code: 'UNKNOWN_PLAN' });
  });

  test('needs no approval any more once a run has one', async () => {
    const { propose, list, give, take } = store();
    await propose(changeSet());
    await give(approval());
    const { digest, node, policy } = approval();
    await take({ digest, node, policy, run: 'r1', at: 1_000_000 });
    expect(await list()).toEqual([]);
  });
});
