import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/core/session.ts';
import { canMakeRooms, lockRoom, lockRooms, sessionIn, type LockRoom } from '../support/lock-room.ts';
import { inRun, inTmp, leaseLeft, leaseSeconds, letRunOut, runs, take } from '../support/node-lock.ts';
import { has } from '../support/requires.ts';
import { plainUser } from '../support/sshd.ts';

const onlyRoot = !canMakeRooms || process.getuid?.() !== 0;

describe.skipIf(onlyRoot || !has('runuser'))('root and plain users (where root may unshare)', () => {
  let users: ReturnType<typeof plainUser>[];
  beforeAll(() => void (users = [plainUser(), plainUser()]));
  afterAll(() => {
    for (const user of users) user.remove();
  });
  /** Lines of root and of two plain users. */
  const lines = (room: LockRoom) =>
    [[], ...users.map(({ name }) => ['runuser', '-u', name, '--'])].map((as) => sessionIn(room, { as })) as [
      Session,
      Session,
      Session,
    ];

  test.each([
    ['a /run/lock for all', lockRooms.ownTmp, inRun, inRun],
    ['a /run/lock for root only', lockRooms.rootOnly, inRun, inTmp],
    ['a /run/lock that only root can look into', lockRooms.hidden, inTmp, inTmp],
    ['no /run/lock', lockRooms.tmpOnly, inTmp, inTmp],
  ])('keep each other out on a node with %s', async (_, mounts, ofRoot, ofPlain) => {
    const room = await lockRoom(mounts);
    const [root, plain, other] = lines(room);
    try {
      const lock = await take(root, { leaseSeconds: 2 * leaseSeconds });
      expect(readFileSync(room.seen(ofRoot), 'utf8')).toContain(lock.token);
      for (const session of [plain, other])
        await expect(take(session)).rejects.toMatchObject({
          code: 'NODE_BUSY',
          message: expect.stringContaining('alice@laptop (run r-7)'),
        });
      // The lease is long enough, so nothing has to be written.
      expect(await runs(plain, lock.token)).toBe(true);
      letRunOut(room.seen(ofRoot));
      await expect(runs(plain, lock.token)).rejects.toMatchObject({
        code: 'REFUSED_BY_NODE',
        message: expect.stringContaining('may not write to the lock'),
      });
      await expect(take(plain)).rejects.toMatchObject({
        code: 'REFUSED_BY_NODE',
        message: expect.stringContaining('may not take that away'),
        hint: expect.stringContaining(ofRoot),
      });
      await lock.release();

      const own = await take(plain, { owner: 'bob' });
      expect(readFileSync(room.seen(ofPlain), 'utf8')).toContain(own.token);
      for (const session of [root, other]) await expect(take(session)).rejects.toMatchObject({ code: 'NODE_BUSY' });
      letRunOut(room.seen(ofPlain));
      expect(await runs(root, own.token)).toBe(true);
      expect(leaseLeft(room.seen(ofPlain))).toBeGreaterThan(leaseSeconds - 30);
      letRunOut(room.seen(ofPlain));
      const over = await take(root);
      expect(over.takenFrom).toMatchObject({ owner: 'bob' });
      await expect(runs(plain, own.token)).rejects.toMatchObject({ code: 'LOCK_LOST' });
      expect([room.seen(inRun), room.seen(inTmp)].filter((path) => existsSync(path))).toEqual([room.seen(ofRoot)]);
    } finally {
      await room.close();
    }
  });

  test.each([
    ['write to different folders', lockRooms.rootOnly],
    ['can not all look into /run/lock', lockRooms.hidden],
    ['have no /run/lock', lockRooms.tmpOnly],
  ])('exactly one of them gets it, also where they %s', async (_, mounts) => {
    const room = await lockRoom(mounts);
    const sessions = lines(room);
    for (const round of [1, 2, 3]) {
      const wanting = Array.from({ length: 4 }, () => sessions.map((session) => take(session))).flat();
      const won = (await Promise.allSettled(wanting)).flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      expect(won.length, `round ${round}`).toBe(1);
      await won[0]?.release();
    }
    await room.close();
  });
});

const noRoom = /can not be locked; it says: .*(?:No space left|I\/O error)/;
const notWritten = /why \/run\/lock\/rackhand.lock can not be written/;

describe.skipIf(onlyRoot)('a node that can not be locked (where root may unshare)', () => {
  test.each([
    ['without flock', `${lockRooms.usual}; mount --bind /dev/null "$(command -v flock)"`, /has no flock/, /util-linux/],
    ['whose folder takes no file', 'mount -t tmpfs -o mode=1777,nr_inodes=1 none /run/lock', noRoom, notWritten],
    [
      'whose folder takes no byte',
      'mount -t tmpfs -o mode=1777,size=4k none /run/lock; echo full >/run/lock/full',
      noRoom,
      notWritten,
    ],
  ])('%s says so', async (_, mounts, message, hint) => {
    const room = await lockRoom(mounts);
    const session = sessionIn(room);
    await expect(take(session)).rejects.toMatchObject({
      code: 'REFUSED_BY_NODE',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(existsSync(room.seen(inRun))).toBe(false);
    await expect(runs(session, 'f00f')).rejects.toMatchObject({
      code: message.test('has no flock') ? 'REFUSED_BY_NODE' : 'LOCK_LOST',
    });
    await room.close();
  });
});
