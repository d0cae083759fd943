import { createServer } from 'node:http';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { http, read, stat, tail } from '../../src/core/command.ts';
import type { Session } from '../../src/core/session.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { plainUser, sshNode, startSshd, type Sshd } from '../support/sshd.ts';

describe.skipIf(!has('sshd') || !has('sudo'))('what the login user may not see (needs sshd and sudo)', () => {
  let sshd: Sshd;
  let session: Session;
  let folder: string;
  let rule: string;
  let plain: ReturnType<typeof plainUser>;
  const transport = createSshTransport();
  const web = createServer((_, response) => response.end('for root only'));

  beforeAll(async () => {
    plain = plainUser();
    rule = `/etc/sudoers.d/${plain.name}`;
    writeFileSync(rule, `${plain.name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    folder = mkdtempSync(join(tmpdir(), 'rh-sudo-'));
    writeFileSync(join(folder, 'log'), 'one\ntwo\n', { mode: 0o600 });
    web.listen(join(folder, 'web.sock'));
    await once(web, 'listening');
    chmodSync(folder, 0o700);
    sshd = await startSshd();
    session = await transport.open(sshNode(sshd, { ssh: { user: plain.name } }));
  });
  afterAll(async () => {
    await transport.close();
    await sshd.stop();
    web.close();
    plain.remove();
    rmSync(rule, { force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  test('is denied without become', async () => {
    expect(await session.ask(read(join(folder, 'log')))).toMatchObject({ ok: false, errno: 'EACCES' });
    expect(await session.ask(http('http://localhost/', { socket: join(folder, 'web.sock') }))).toMatchObject({
      ok: false,
      reason: 'denied',
    });
  });

  test('is read through sudo where that is declared', async () => {
    const become = 'sudo' as const;
    const text = await session.ask(tail(join(folder, 'log'), { bytes: 4, become }));
    expect(text.ok && Buffer.from(text.bytes).toString()).toBe('two\n');
    expect(await session.ask(stat(join(folder, 'log'), { become }))).toMatchObject({ ok: true, size: 8, mode: 0o600 });
    const page = await session.ask(http('http://localhost/', { socket: join(folder, 'web.sock'), become }));
    expect(page).toMatchObject({ ok: true, status: 200, body: { head: 'for root only' } });
    expect(session.notes()).toEqual([]);
  });

  test('what the user may see is not asked through sudo', async () => {
    const reply = await session.ask(stat('/etc', { become: 'sudo' }));
    expect(reply).toMatchObject({ ok: true, type: 'directory' });
  });
});
