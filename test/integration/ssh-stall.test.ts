import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { read, stat } from '../../src/core/command.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';

let sshd: Sshd;
const transport = createSshTransport();

beforeAll(async () => {
  sshd = await startSshd({ sftp: false, lines: ['Subsystem sftp /usr/lib/openssh/sftp-server'] });
});
afterAll(async () => {
  for (const pid of sftpServers(sshd)) process.kill(pid, 'SIGCONT');
  await transport.close();
  await sshd.stop();
});

test.skipIf(!has('sshd'))(
  'a path that hangs holds up no other, is not asked again while it hangs, and is asked again after (needs sshd)',
  async () => {
    const session = await transport.open(sshNode(sshd));
    await session.ask(stat('/'));
    const [server] = sftpServers(sshd);
    if (server === undefined) throw new Error('no sftp-server runs');
    process.kill(server, 'SIGSTOP');

    const hanging = session.ask(stat('/etc', { deadlineMs: 4_000 }));
    const others = Promise.all([session.ask(stat('/usr')), session.ask(read('/proc/meminfo'))]);
    expect(await others).toMatchObject([{ ok: true }, { ok: true }]);
    await expect(hanging).rejects.toMatchObject({ code: 'DEADLINE' });
    await expect(session.ask(stat('/etc'))).rejects.toMatchObject({ code: 'WEDGED' });

    process.kill(server, 'SIGCONT');
    await vi.waitFor(async () => expect(await session.ask(stat('/etc'))).toMatchObject({ ok: true }), 20_000);
    await vi.waitFor(() => expect(sftpServers(sshd)).toHaveLength(1), 20_000);
  },
);

test.skipIf(!has('sshd'))(
  'a file whose first question hung for a while is read on, and the link is not called lost (needs sshd)',
  async () => {
    const session = await transport.open(sshNode(sshd));
    await session.ask(stat('/'));
    const [server] = sftpServers(sshd);
    if (server === undefined) throw new Error('no sftp-server runs');
    process.kill(server, 'SIGSTOP');
    const slow = session.ask(read('/etc/hostname', { deadlineMs: 20_000 }));
    // By the second server another question shows that the first one is taken for hung.
    await session.ask(stat('/usr'));
    await vi.waitFor(() => expect(sftpServers(sshd)).toHaveLength(2), 20_000);
    process.kill(server, 'SIGCONT');
    expect(await slow).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(sftpServers(sshd)).toHaveLength(1), 20_000);
  },
);

/** The SFTP servers that this sshd has started. */
function sftpServers({ sessions }: Sshd): number[] {
  const own = new Set(sessions());
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [comm = '', parent = ''] =
          readFileSync(`/proc/${pid}/stat`, 'utf8')
            .match(/\((.*)\) \S (\d+)/)
            ?.slice(1) ?? [];
        return comm.startsWith('sftp-server') && own.has(Number(parent));
      } catch {
        return false;
      }
    });
}
