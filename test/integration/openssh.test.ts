import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { http, read, run, stat } from '../../src/core/command.ts';
import { opsError } from '../../src/core/errors.ts';
import type { Node } from '../../src/core/node.ts';
import { createOpensshTransport } from '../../src/transport/openssh.ts';
import { leftOf, pidsOf, uniqueSeconds } from '../support/processes.ts';
import { has } from '../support/requires.ts';
import { freePort, makeKey, sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const keyOf = (path: string) => readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');

describe.skipIf(!has('sshd') || !has('ssh'))('the openssh transport (needs sshd and ssh)', () => {
  let sshd: Sshd;
  const transport = createOpensshTransport();
  const file = (name: string) => join(sshd.folder, name);
  const opening = (node: Node) => transport.open(node).catch(opsError);

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    await transport.close();
    await sshd.stop();
  });

  test('a host key that is unknown, changed or revoked is refused', async () => {
    makeKey(file('other'));
    const at = `[127.0.0.1]:${sshd.port}`;
    writeFileSync(file('empty'), '');
    writeFileSync(file('changed'), `${at} ${keyOf(file('other'))}\n`);
    writeFileSync(file('revoked'), `@revoked ${at} ${keyOf(sshd.hostKeyFile)}\n`);
    const codes = await Promise.all(
      ['empty', 'changed', 'revoked'].map((name) => opening(sshNode(sshd, { ssh: { knownHosts: file(name) } }))),
    );
    expect(codes).toMatchObject([
      { code: 'HOST_KEY_UNKNOWN', hint: expect.stringContaining('rackhand fleet trust gpu-1') },
      { code: 'HOST_KEY_CHANGED' },
      { code: 'HOST_KEY_REVOKED' },
    ]);
    expect(readFileSync(file('empty'), 'utf8')).toBe('');
  });

  test('any host key is accepted for an ephemeral node, and the notes say so', async () => {
    const node = sshNode(sshd, { host_key: 'ephemeral', ssh: { knownHosts: file('empty') } }, 'rented');
    const session = await transport.open(node);
    expect(await session.ask(run(['true']))).toMatchObject({ exitCode: 0 });
    expect(session.notes()).toEqual(['The host key of rented is not checked (host_key: ephemeral).']);
  });

  test('what keeps us from logging in has a code', async () => {
    const dead = await freePort();
    const found = await Promise.all([
      opening(sshNode(sshd, { ssh: { identity: sshd.hostKeyFile } })),
      opening(sshNode(sshd, { ssh: { port: dead } })),
      opening(sshNode(sshd, { ssh: { host: 'no-such-host.invalid' } })),
      opening(sshNode(sshd, { ssh: { jump: [`root@localhost:${dead}`] } })),
    ]);
    expect(found.map((error) => 'code' in error && error.code)).toEqual([
      'AUTH_FAILED',
      'UNREACHABLE',
      'UNRESOLVED',
      'JUMP_UNREACHABLE',
    ]);
  });

  test('a jump host leads to the node, and is not blamed for a node that is down', async () => {
    writeFileSync(
      file('both'),
      `${readFileSync(sshd.knownHostsFile, 'utf8')}[localhost]:${sshd.port} ${keyOf(sshd.hostKeyFile)}\n`,
    );
    const way = { jump: [`root@localhost:${sshd.port}`], knownHosts: file('both') };
    const session = await transport.open(sshNode(sshd, { ssh: way }, 'behind'));
    expect(await session.ask(run(['true']))).toMatchObject({ exitCode: 0 });
    const down = await opening(sshNode(sshd, { ssh: { ...way, port: await freePort() } }, 'down'));
    expect(down).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('from its jump host') });
  });

  test('a user, an identity and a known_hosts with odd names reach ssh as they are', async () => {
    const odd = file('o d"d %h $HOME');
    execFileSync('cp', [sshd.keyFile, odd]);
    execFileSync('cp', [sshd.knownHostsFile, `${odd}.hosts`]);
    const session = await transport.open(sshNode(sshd, { ssh: { identity: odd, knownHosts: `${odd}.hosts` } }, 'odd'));
    expect(await session.ask(run(['true']))).toMatchObject({ exitCode: 0 });
  });

  test('cancelling a login does not wait for it', async () => {
    const stop = new AbortController();
    const opened = transport.open(sshNode(sshd, { ssh: { port: 9 } }, 'slow'), stop.signal).catch(opsError);
    stop.abort();
    expect(await opened).toMatchObject({ code: 'CANCELLED' });
  });

  test('sshd killed under a command is a lost link, and the next question logs in again', async () => {
    const other = await startSshd();
    const own = createOpensshTransport();
    const session = await own.open(sshNode(other));
    const seconds = uniqueSeconds();
    const lost = session.ask(run(['sh', '-c', `echo half; sleep ${seconds}; :`])).catch(opsError);
    await until(() => pidsOf(seconds).length === 1);
    other.killSessions();
    expect(await lost).toMatchObject({ code: 'LINK_LOST' });
    expect(await leftOf(seconds)).toEqual([]);
    expect(await session.ask(run(['echo', 'again']))).toMatchObject({ exitCode: 0 });
    expect(await session.ask(read('/proc/uptime'))).toMatchObject({ ok: true });
    await other.kill();
    expect(await session.ask(stat('/')).catch(opsError)).toMatchObject({
      code: expect.stringMatching(/LINK_LOST|UNREACHABLE/),
    });
    await own.close();
    await other.stop();
  });

  test('a frozen link is lost, not silent', async () => {
    const other = await startSshd();
    const own = createOpensshTransport();
    const session = await own.open(sshNode(other));
    other.freeze();
    expect(await session.ask(run(['true'], { deadlineMs: 30_000 })).catch(opsError)).toMatchObject({
      code: 'LINK_LOST',
    });
    other.thaw();
    await own.close();
    await other.stop();
  });

  test('an sshd that allows one session and no forwarding still answers everything', async () => {
    const strict = await startSshd({
      lines: ['MaxSessions 1', 'AllowTcpForwarding no', 'AllowStreamLocalForwarding no'],
      sftp: false,
    });
    const own = createOpensshTransport();
    const session = await own.open(sshNode(strict));
    const commands = Array.from({ length: 6 }, () => session.ask(run(['sleep', '0.1'])));
    expect((await Promise.all(commands)).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await session.ask(http(`http://127.0.0.1:${await freePort()}/`))).toMatchObject({
      ok: false,
      reason: 'refused',
    });
    await own.close();
    await strict.stop();
  });

  test('a program that only talks like a refused session runs once', async () => {
    const log = file('ran');
    const session = await transport.open(sshNode(sshd));
    const script = 'echo ran >>"$1"; echo "session request failed: Session open refused by peer" >&2; exit 255';
    const said = await session.ask(run(['sh', '-c', script, 'x', log]));
    expect(said).toMatchObject({ exitCode: 255 });
    expect(readFileSync(log, 'utf8')).toBe('ran\n');
  });

  test('closing ends the ssh that it started and leaves no file', async () => {
    const own = createOpensshTransport();
    const before = new Set(readdirSync(tmpdir()));
    const session = await own.open(sshNode(sshd));
    await session.ask(http('http://127.0.0.1:9/'));
    const [folder = ''] = readdirSync(tmpdir()).filter((name) => !before.has(name) && /^rh-\w{6}$/.test(name));
    const control = join(tmpdir(), folder, '0s');
    expect(readdirSync(join(tmpdir(), folder))).toContain('0s');
    await own.close();
    await until(() => !readdirSync(tmpdir()).includes(folder));
    expect(await leftOf(control)).toEqual([]);
  });
});
