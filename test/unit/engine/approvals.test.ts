import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/core/change-set.ts';
import { createApprovals } from '../../../src/engine/approvals.ts';
import { approval, digestOf } from '../../support/change-set.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';

const occasion = { digest: digestOf('a'), node: 'gpu-1', policy: digestOf('1'), run: 'r1', at: 1_060_000 };
const store = (state = scratchFolder().path) => ({
  state,
  ...createApprovals(
    state,
    () => [],
    () => 1_060_000,
  ),
});
const counts = (given: Approval) => ({ counts: true, approval: given });
const not = (because: string) => ({ counts: false, because });

/** The only file of a folder of the store. */
function onlyFile(state: string, where: string): string {
  const names = readdirSync(join(state, 'approvals', where));
  expect(names).toHaveLength(1);
  return join(state, 'approvals', where, names[0] ?? '');
}

describe('an approval', () => {
  test('counts once, and again only for the run that has it', async () => {
    const { give, take, standing, state } = store();
    expect(await take(occasion)).toEqual(not('Nobody has approved it yet.'));
    await give(approval());
    expect(await standing(occasion)).toEqual(counts(approval()));
    expect(await take(occasion)).toEqual(counts(approval()));
    expect(await standing(occasion)).toEqual(not('ana approved it, but that was used by run r1.'));
    expect(await take({ ...occasion, run: 'r2' })).toEqual(not('ana approved it, but that was used by run r1.'));
    expect(await createApprovals(state, () => []).take(occasion)).toEqual(counts(approval()));
  });

  test.each<[string, Partial<Approval>, Partial<typeof occasion>, string]>([
    ['on another node', { node: 'gpu-2' }, {}, 'ana approved it, but for another node, gpu-2.'],
    [
      'of another plan',
      { digest: digestOf('b') },
      {},
      'ana approved something else 1 min ago, plan bbbbbbbb; this one is not the same.',
    ],
    [
      'under another policy',
      { policy: digestOf('2') },
      {},
      'ana approved it, but under another policy: that of the fleet file has changed since.',
    ],
    ['that expired', {}, { at: 1_900_000 + 180_000 }, 'ana approved it, but that expired 3 min ago.'],
    ['that expires now', {}, { at: 1_900_000 }, 'ana approved it, but that expired 0 s ago.'],
    ['of the future', {}, { at: 939_999 }, 'ana approved it, but 1 min from now: a clock is wrong.'],
    [
      'without a signature where one is wanted',
      {},
      { signers: '/none' } as Partial<typeof occasion>,
      'ana approved it, but it is not signed, and only a signature by a key of /none counts.',
    ],
  ])('%s does not count, and stays unused', async (_, given, wanted, because) => {
    const { give, take, state } = store();
    await give(approval(given));
    expect(await take({ ...occasion, ...wanted })).toEqual(not(because));
    expect(readdirSync(join(state, 'approvals'))).toEqual(['open']);
  });

  test('of a clock that is less than a minute ahead counts', async () => {
    const { give, take } = store();
    await give(approval());
    expect(await take({ ...occasion, at: 940_000 })).toEqual(counts(approval()));
  });

  test('that has expired does not come back to its run either', async () => {
    const { give, take } = store();
    await give(approval());
    await take(occasion);
    expect(await take({ ...occasion, at: 2_000_000 })).toEqual(
      not('ana approved it, but that expired 1 min 40 s ago.'),
    );
  });

  test('of another node and plan, or of another plan that has expired, says nothing of this one', async () => {
    const { give, take } = store();
    await give(approval({ digest: digestOf('b'), node: 'gpu-2' }));
    await give(approval({ digest: digestOf('b'), until: 1_059_999 }));
    expect(await take(occasion)).toEqual(not('Nobody has approved it yet.'));
  });

  test('is explained by the nearest of several, and the newest that counts is taken', async () => {
    const { give, take } = store();
    await give(approval({ policy: digestOf('2'), by: 'zoe', at: 1_050_000 }));
    await give(approval({ by: 'ben', until: 1_059_000 }));
    expect(await take(occasion)).toEqual(not('ben approved it, but that expired 1 s ago.'));
    await give(approval({ at: 1_010_000 }));
    await give(approval({ by: 'eva', at: 1_020_000 }));
    expect(await take(occasion)).toMatchObject({ approval: { by: 'eva' } });
    expect(await take({ ...occasion, run: 'r2' })).toMatchObject({ approval: { by: 'ana' } });
    expect(await take({ ...occasion, run: 'r3' })).toMatchObject({ counts: false });
    expect(await take(occasion)).toMatchObject({ approval: { by: 'eva' } });
  });

  test('goes to one of twenty runs', async () => {
    const { give, take } = store();
    await give(approval());
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => take({ ...occasion, run: `r${at}` })));
    const won = all.flatMap((taken, at) => (taken.counts ? [at] : []));
    expect(won).toHaveLength(1);
    expect(all.filter((taken) => !taken.counts)).toEqual(
      Array.from({ length: 19 }, () => not(`ana approved it, but that was used by run r${won[0]}.`)),
    );
  });

  test('names its giver in one line, whatever was written there', async () => {
    const { give, take } = store();
    await give(approval({ by: 'ana\u001b[2K\nben', until: 1_059_000 }));
    expect(await take(occasion)).toEqual(not('ana ben approved it, but that expired 1 s ago.'));
  });
});

describe('a file of the store', () => {
  const altered = not('What lies there as its approval was altered.');

  test('is for its owner alone, and no draft of it stays', async () => {
    const { give, take, state } = store(join(scratchFolder().path, 'new', 'state'));
    await give(approval());
    const modes = [state, join(state, 'approvals', 'open'), onlyFile(state, 'open')].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    await take(occasion);
    expect(readdirSync(join(state, 'approvals', 'open'))).toEqual([]);
    expect(statSync(onlyFile(state, 'used')).mode & 0o777).toBe(0o600);
  });

  test('copied back after it was used is still used', async () => {
    const { give, take, state } = store();
    await give(approval());
    const given = onlyFile(state, 'open');
    const text = readFileSync(given);
    await take(occasion);
    writeFileSync(given, text, { mode: 0o600 });
    expect(await take({ ...occasion, run: 'r2' })).toEqual(not('ana approved it, but that was used by run r1.'));
    await give(approval());
    expect(await take({ ...occasion, run: 'r2' })).toMatchObject({ counts: false });
  });

  test('copied under another name counts no more often', async () => {
    const { give, take, state } = store();
    await give(approval());
    const given = onlyFile(state, 'open');
    copyFileSync(given, given.replace(/\.[0-9a-f]{64}\.json$/, `.${'0'.repeat(64)}.json`));
    expect(await take(occasion)).toEqual(counts(approval()));
    expect(await take({ ...occasion, run: 'r2' })).toMatchObject({ counts: false });
  });

  test('cut at any byte does not count', async () => {
    const { give, take, state } = store();
    await give(approval());
    const file = onlyFile(state, 'open');
    const text = readFileSync(file);
    for (let length = 0; length < text.length; length += 1) {
      writeFileSync(file, text.subarray(0, length));
      expect(await take(occasion)).toEqual(altered);
    }
  });

  test.each([
    ['until', '1900000', '2900000'],
    ['digest', digestOf('b'), digestOf('a')],
    ['node', 'gpu-2', 'gpu-1'],
    ['by', 'ana', 'eva'],
  ])('with another %s than was given does not count', async (key, from, to) => {
    const { give, take, state } = store();
    await give(approval({ [key]: /^\d+$/.test(from) ? Number(from) : from }));
    const file = onlyFile(state, 'open');
    const path = file.replace(/[0-9a-f]{64}\./, `${digestOf('a')}.`);
    const text = readFileSync(file, 'utf8').replaceAll(from, to);
    rmSync(file);
    writeFileSync(path, text, { mode: 0o600 });
    expect(await take(occasion)).toEqual(altered);
  });

  test('that says who used it, and can not be read, lets nobody use it', async () => {
    const { give, take, state } = store();
    await give(approval());
    const open = onlyFile(state, 'open');
    const text = readFileSync(open);
    await take(occasion);
    writeFileSync(onlyFile(state, 'used'), '{');
    writeFileSync(open, text, { mode: 0o600 });
    expect(await take(occasion)).toEqual(altered);
    expect(await take({ ...occasion, run: 'r2' })).toEqual(altered);
  });

  test('that others may write, or that is no file, does not count', async () => {
    const { give, take, state } = store();
    await give(approval());
    const file = onlyFile(state, 'open');
    chmodSync(file, 0o620);
    expect(await take(occasion)).toEqual(
      not('What lies there as its approval could have been written by another user.'),
    );
    rmSync(file);
    mkdirSync(file);
    expect(await take(occasion)).toEqual(not('What lies there as its approval can not be read (EISDIR).'));
  });

  test.skipIf(process.getuid?.() !== 0)('of another user does not count (where root may give it away)', async () => {
    const { give, take, state } = store();
    await give(approval());
    chownSync(onlyFile(state, 'open'), 65_534, 65_534);
    expect(await take(occasion)).toMatchObject({ counts: false, because: expect.stringContaining('another user') });
  });

  test('goes a day after it expired, if nobody used it', async () => {
    const { give, state } = store();
    await give(approval({ at: 0, until: 1_060_000 - 86_400_001 }));
    await give(approval({ at: 0, until: 1_060_000 - 86_399_999 }));
    await give(approval());
    expect(readdirSync(join(state, 'approvals', 'open'))).toHaveLength(2);
  });

  test('that can not be kept is an error that says what to do', async () => {
    const folder = scratchFolder();
    const { give, take } = store(folder.write('state', 'a file'));
    const failed = { code: 'STATE_FAILED', message: expect.stringContaining(folder.path), hint: expect.any(String) };
    expect(await rejection(give(approval()))).toMatchObject(failed);
    expect(await rejection(take(occasion))).toMatchObject(failed);
  });
});
