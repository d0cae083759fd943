import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alterByRun } from '../../src/core/alter.ts';
import { opsError } from '../../src/core/errors.ts';
import { takeNodeLock } from '../../src/engine/node-lock.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { createOpensshTransport } from '../../src/transport/openssh.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { fenceConformance } from '../support/fence-conformance.ts';
import { canMakeRooms, lockRoom, type LockRoom } from '../support/lock-room.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { plainUser, sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const leaseSeconds = 120;
const isRoot = process.getuid?.() === 0;

fenceConformance('local', async () => {
  const transport = createLocalTransport();
  return { session: await transport.open(testNode()), close: () => transport.close(), seen: (path) => path };
});

describe.skipIf(!has('sshd') || !isRoot || !canMakeRooms)(
  'over a real sshd (needs sshd; where root may unshare)',
  () => {
    let room: LockRoom;
    let sshd: Sshd;
    beforeAll(async () => {
      room = await lockRoom();
      sshd = await startSshd({ room });
    });
    afterAll(async () => {
      await sshd.stop();
      await room.close();
    });

    fenceConformance('ssh', async () => {
      const transport = createSshTransport();
      const session = await transport.open(sshNode(sshd));
      return { session, close: () => transport.close(), seen: room.seen };
    });

    fenceConformance('openssh', async () => {
      const transport = createOpensshTransport();
      const session = await transport.open(sshNode(sshd, { transport: 'openssh' }));
      return { session, close: () => transport.close(), seen: room.seen };
    });

    test('a change whose link is lost is unknown, and is not sent again', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rh-once-'));
      const transport = createSshTransport();
      const session = await transport.open(sshNode(sshd));
      const lock = await takeNodeLock({ session, node: testNode(), owner: 'alice', run: 'r-1', leaseSeconds });
      const script = 'echo ran >>"$1"; sleep 60';
      const words = ['sh', '-c', script, 'x', join(folder, 'log')] as const;
      const change = { ...alterByRun([...words]), fence: { token: lock.token, leaseSeconds } };
      const asked = session.ask(change).then(() => undefined, opsError);
      await until(() => existsSync(join(folder, 'log')));
      sshd.killSessions();
      expect(await asked).toMatchObject({
        code: 'LINK_LOST',
        hint: expect.stringContaining('it may have been carried out'),
      });
      // A later question is answered over a new link, and the change was not put to it.
      await lock.renew();
      expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('ran\n');
      expect(await lock.release()).toBe(true);
      await transport.close();
      rmSync(folder, { recursive: true });
    });

    test.skipIf(!has('sudo'))('sudo renews and changes as root, whoever took the lock (needs sudo)', async () => {
      const user = plainUser();
      const rule = `/etc/sudoers.d/${user.name}`;
      writeFileSync(rule, `${user.name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
      const transport = createSshTransport();
      try {
        const session = await transport.open(sshNode(sshd, { ssh: { user: user.name } }));
        for (const node of [testNode(), testNode({ become: 'sudo' })]) {
          const lock = await takeNodeLock({ session, node, owner: 'alice', run: 'r-1', leaseSeconds });
          const change = alterByRun(['id', '-u'], { become: 'sudo' });
          const said = await session.ask({ ...change, fence: { token: lock.token, leaseSeconds: leaseSeconds + 60 } });
          expect(said).toMatchObject({ exitCode: 0, stdout: { head: '0\n' } });
          expect(await lock.release()).toBe(true);
        }
      } finally {
        await transport.close();
        rmSync(rule);
        user.remove();
      }
    });
  },
);
