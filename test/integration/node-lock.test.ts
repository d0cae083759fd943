import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { alterByRun } from '../../src/core/alter.ts';
import { captured } from '../../src/core/capture.ts';
import { run } from '../../src/core/command.ts';
import { opsError } from '../../src/core/errors.ts';
import type { Session } from '../../src/core/session.ts';
import { canMakeRooms, lockRoom, lockRooms, sessionIn, type LockRoom } from '../support/lock-room.ts';
import { inRun, inTmp, leaseLeft, leaseSeconds, letRunOut, runs, take } from '../support/node-lock.ts';
import { has } from '../support/requires.ts';

const onlyRoot = !canMakeRooms || process.getuid?.() !== 0;

describe.skipIf(onlyRoot)('the lock of a node (where root may unshare)', () => {
  let room: LockRoom;
  let session: Session;
  let file: string;
  beforeAll(async () => {
    room = await lockRoom(lockRooms.ownTmp);
    session = sessionIn(room);
    file = room.seen(inRun);
  });
  afterEach(() => {
    for (const place of [inRun, inTmp]) rmSync(room.seen(place), { recursive: true, force: true });
  });
  afterAll(() => room.close());

  test('is a file that tells who holds it and, by its time, until when', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const lock = await take(session);
    const [token, owner, run, since] = readFileSync(file, 'utf8').split('\n');
    expect([token, owner, run]).toEqual([lock.token, 'alice@laptop', 'r-7']);
    expect(Number(since)).toBeGreaterThanOrEqual(before);
    expect(statSync(file).mtimeMs / 1_000).toBe(Number(since) + leaseSeconds);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(lock).not.toHaveProperty('takenFrom');
    expect(await lock.release()).toBe(true);
  });

  test('is taken by one only, and the other one is told by whom, since when and until when', async () => {
    const lock = await take(session);
    const refused = await take(session, { owner: 'bob' }).then(() => undefined, opsError);
    expect(refused).toMatchObject({ code: 'NODE_BUSY', kind: { retryable: true, exitCode: 75 } });
    expect(refused?.message).toMatch(
      /^gpu-1 is being changed by alice@laptop \(run r-7\) since 20.*Z, whose lease runs until 20.*Z by the clock of the node, for another (?:2 min|1 min \d+ s)\.$/,
    );
    expect(readFileSync(file, 'utf8')).toContain(lock.token);
    await lock.release();
    expect(await runs(session, (await take(session, { owner: 'bob' })).token)).toBe(true);
  });

  test('of many who want it at once exactly one gets it', async () => {
    const wanting = Array.from({ length: 12 }, (_, index) => take(session, { owner: `taker-${index}` }));
    const settled = await Promise.allSettled(wanting);
    const won = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const lost = settled.flatMap((one) => (one.status === 'rejected' ? [opsError(one.reason).code] : []));
    expect([won.length, lost]).toEqual([1, Array.from({ length: 11 }, () => 'NODE_BUSY')]);
    expect(readFileSync(file, 'utf8')).toContain(won[0]?.token);
  });

  test('of many who find one that ran out exactly one takes it over', async () => {
    const first = await take(session);
    letRunOut(file);
    const settled = await Promise.allSettled(Array.from({ length: 12 }, () => take(session, { owner: 'bob' })));
    const won = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won).toMatchObject([{ takenFrom: { owner: 'alice@laptop', run: 'r-7' } }]);
    expect(won[0]?.token).not.toBe(first.token);
  });

  test('that ran out is taken over, and what the old holder still wants is not run', async () => {
    const old = await take(session);
    letRunOut(file);
    const lock = await take(session, { owner: 'bob', run: 'r-8' });
    expect(lock.takenFrom).toMatchObject({ owner: 'alice@laptop', run: 'r-7' });
    const marker = room.seen('/tmp/marker');
    const ghost = { ...alterByRun(['touch', '/tmp/marker']), fence: { token: old.token, leaseSeconds } };
    await expect(session.ask(ghost)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(existsSync(marker)).toBe(false);
    await expect(old.renew()).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(await old.release()).toBe(false);
    expect(await runs(session, lock.token)).toBe(true);
  });

  test('that ran out and that nobody took is still its holder’s, who renews it by a change', async () => {
    const lock = await take(session);
    letRunOut(file);
    expect(await runs(session, lock.token)).toBe(true);
    expect(leaseLeft(file)).toBeGreaterThan(leaseSeconds - 30);
  });

  test('is renewed, and never made to end earlier', async () => {
    const lock = await take(session, { leaseSeconds: 1_000 });
    const end = statSync(file).mtimeMs;
    expect(await runs(session, lock.token)).toBe(true);
    expect(statSync(file).mtimeMs).toBe(end);
    letRunOut(file);
    await lock.renew();
    expect(leaseLeft(file)).toBeGreaterThan(900);
  });

  test('that was removed is nobody’s', async () => {
    const lock = await take(session);
    rmSync(file);
    await expect(runs(session, lock.token)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(await lock.release()).toBe(false);
  });

  test('leaves nothing on the node once it is given back', async () => {
    const lock = await take(session);
    await lock.renew();
    await runs(session, lock.token);
    await lock.release();
    const left = execFileSync('ls', ['-A', room.seen('/run/lock'), room.seen('/tmp')], { encoding: 'utf8' });
    expect(left.match(/rackhand/g)).toBeNull();
  });

  test('is not left behind by one who changes his mind while he takes it', async () => {
    const stop = new AbortController();
    const taking = take(session, { signal: stop.signal }).catch(opsError);
    stop.abort();
    expect(await taking).toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(file)).toBe(false);
  });

  test('names of all sorts come back as one clean line', async () => {
    const lock = await take(session, { owner: `a'b"\\ $(id)\n\`c\`\t-n é漢\u001b[31m`, run: '' });
    const refused = await take(session).then(() => undefined, opsError);
    expect(refused?.message).toContain(`changed by a'b"\\ $(id) \`c\` -n é漢 [31m (run ) since`);
    expect(await lock.release()).toBe(true);
  });

  describe('what others put there', () => {
    const odd = { code: 'REFUSED_BY_NODE', message: expect.stringContaining('there is no file of ours') };
    let victim: string;
    beforeEach(() => {
      victim = room.seen('/tmp/victim');
      writeFileSync(victim, 'precious');
    });

    test.each([
      ['a link to a file', (path: string) => symlinkSync('/tmp/victim', path)],
      ['a link to nothing', (path: string) => symlinkSync('/tmp/nothing', path)],
      ['a link to a device', (path: string) => symlinkSync('/dev/full', path)],
      ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
      ['a folder', (path: string) => mkdirSync(path)],
    ])('%s is neither followed nor removed', async (_, plant) => {
      for (const place of [inRun, inTmp]) {
        plant(room.seen(place));
        await expect(take(session)).rejects.toMatchObject(odd);
        expect(readFileSync(victim, 'utf8')).toBe('precious');
        expect(existsSync(room.seen('/tmp/nothing'))).toBe(false);
        rmSync(room.seen(place), { recursive: true });
      }
    });

    test('a link in place of our file stops the change, and the file that it leads to keeps its time', async () => {
      const { token } = await take(session);
      writeFileSync(victim, readFileSync(file));
      utimesSync(victim, 1_000, 1_000);
      rmSync(file);
      symlinkSync('/tmp/victim', file);
      await expect(runs(session, token)).rejects.toMatchObject({ code: 'LOCK_LOST' });
      expect(statSync(victim).mtimeMs).toBe(1_000_000);
    });

    test('garbage counts until its time, and is then taken over', async () => {
      writeFileSync(file, Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256)));
      utimesSync(file, 1, Date.now() / 1_000 + 60);
      await expect(take(session)).rejects.toMatchObject({
        code: 'NODE_BUSY',
        message: expect.stringContaining('changed by somebody who left a lock that can not be read, whose lease'),
      });
      letRunOut(file);
      const lock = await take(session);
      expect(lock.takenFrom).toEqual({ until: expect.any(Number), now: expect.any(Number) });
      expect(await runs(session, lock.token)).toBe(true);
    });

    test('an empty file, as of one who died while he took it, is taken over', async () => {
      writeFileSync(file, '');
      letRunOut(file);
      expect(await runs(session, (await take(session)).token)).toBe(true);
    });

    test('a file that only begins with the token, or holds it elsewhere, is not ours', async () => {
      const { token } = await take(session);
      for (const content of [`${token}0\n`, ` ${token}\n`, `\n${token}\n`, token.slice(1), '']) {
        writeFileSync(file, content);
        await expect(runs(session, token)).rejects.toMatchObject({ code: 'LOCK_LOST' });
      }
    });
  });

  test('one who holds flock on the folder is waited for, and is named when it takes too long', async () => {
    const lock = await take(session);
    const [first, ...words] = room.words(['flock', '/run/lock', 'sh', '-c', 'echo held; exec cat']);
    const holder = spawn(first, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const guarded = { code: 'REFUSED_BY_NODE', message: expect.stringContaining('holds flock on /run/lock or /tmp') };
    const asked = [take(session), runs(session, lock.token), lock.release()];
    await Promise.all(asked.map((one) => expect(one).rejects.toMatchObject(guarded)));
    const waiting = runs(session, lock.token);
    holder.stdin.end();
    expect(await waiting).toBe(true);
  });

  test.each(['dash', 'bash', 'busybox'].filter(has))('%s as sh does all of it', async (shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'rh-shell-'));
    const program = realpathSync(execFileSync('which', [shell], { encoding: 'utf8' }).trim());
    symlinkSync(program, join(folder, 'sh'));
    const other = await lockRoom();
    const own = sessionIn(other, { path: `${folder}:` });
    try {
      const used = await own.ask(run(['sh', '-c', 'readlink /proc/$$/exe; :']));
      expect(captured(used.stdout)).toBe(`${program}\n`);
      const lock = await take(own);
      await expect(take(own, { owner: 'bob' })).rejects.toMatchObject({ code: 'NODE_BUSY' });
      await expect(runs(own, 'f00f')).rejects.toMatchObject({ code: 'LOCK_LOST' });
      expect(await runs(own, lock.token)).toBe(true);
      letRunOut(other.seen(inRun));
      const next = await take(own, { owner: 'bob' });
      expect(next.takenFrom).toMatchObject({ owner: 'alice@laptop' });
      await expect(lock.renew()).rejects.toMatchObject({ code: 'LOCK_LOST' });
      await next.renew();
      expect(await next.release()).toBe(true);
      symlinkSync('/dev/null', other.seen(inRun));
      await expect(take(own)).rejects.toMatchObject({ code: 'REFUSED_BY_NODE' });
    } finally {
      await other.close();
      rmSync(folder, { recursive: true });
    }
  });
});
