import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, stat } from '../../src/core/command.ts';
import { opsError, type OpsError } from '../../src/core/errors.ts';
import type { Node } from '../../src/core/node.ts';
import { fetchHostKey } from '../../src/transport/connection.ts';
import { resolveRoute } from '../../src/transport/ssh-config.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { freePort, makeKey, sshNode, startSshd, type Sshd } from '../support/sshd.ts';

let sshd: Sshd;
let jump: Sshd;
const transport = createSshTransport();

beforeAll(async () => {
  [sshd, jump] = await Promise.all([startSshd(), startSshd()]);
});
afterAll(async () => {
  await transport.close();
  await Promise.all([sshd.stop(), jump.stop()]);
});

const failure = (node: Node): Promise<OpsError> =>
  transport.open(node).then(
    () => Promise.reject(new Error('it connected')),
    (error: unknown) => opsError(error),
  );

describe.skipIf(!has('sshd'))('one connection for all who ask (needs sshd)', () => {
  test('twenty who open a node at once share one login', async () => {
    const node = sshNode(sshd, {}, 'shared');
    const before = sshd.logins();
    const sessions = await Promise.all(Array.from({ length: 20 }, () => transport.open(node)));
    await Promise.all(sessions.map((session) => session.ask(stat('/'))));
    expect(sshd.logins()).toBe(before + 1);
  });

  test('a failed connect is not remembered', async () => {
    const late = await startSshd();
    await late.kill();
    const node = sshNode(late, {}, 'late');
    expect((await failure(node)).code).toBe('UNREACHABLE');
    await late.start();
    const session = await transport.open(node);
    expect(await session.ask(stat('/'))).toMatchObject({ ok: true, type: 'directory' });
    await late.stop();
  });

  test('who stops waiting does not take the connection from the others', async () => {
    const node = sshNode(sshd, {}, 'two-waiting');
    const impatient = new AbortController();
    const gone = transport.open(node, impatient.signal);
    const staying = transport.open(node);
    impatient.abort();
    await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await (await staying).ask(run(['true']))).exitCode).toBe(0);
  });

  test('an overrun sshd that drops connections unseen is asked again until all are in', async () => {
    const narrow = await startSshd({ lines: ['MaxStartups 2:100:2'] });
    const nodes = Array.from({ length: 12 }, (_, index) => sshNode(narrow, {}, `narrow-${index}`));
    const sessions = await Promise.all(nodes.map((node) => transport.open(node)));
    const replies = await Promise.all(sessions.map((session) => session.ask(stat('/'))));
    expect(replies.every(({ ok }) => ok)).toBe(true);
    await narrow.stop();
  });
});

describe.skipIf(!has('sshd'))('what keeps us from a node has a code and a hint (needs sshd)', () => {
  test('a port that refuses', async () => {
    const port = await freePort();
    const error = await failure(sshNode(sshd, { ssh: { port } }));
    expect(error).toMatchObject({ code: 'UNREACHABLE', hint: expect.stringContaining(`port ${port}`) });
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  test('a name that does not resolve', async () => {
    const error = await failure(sshNode(sshd, { ssh: { host: 'no-such-node.invalid' } }));
    expect(error).toMatchObject({ code: 'UNRESOLVED', hint: expect.stringContaining('no-such-node.invalid') });
  });

  test('a key that the node does not know names the user and the key', async () => {
    const identity = join(sshd.folder, 'stranger');
    makeKey(identity);
    const error = await failure(sshNode(sshd, { ssh: { identity } }));
    expect(error.code).toBe('AUTH_FAILED');
    expect(error.message).toContain('root');
    expect(error.message).toContain(identity);
  });

  test('something that is not an SSH server', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ssh = { port, knownHosts: '/dev/null' };
    expect((await failure(sshNode(sshd, { ssh }))).code).toBe('UNREACHABLE');
    server.close();
  });

  test('a host key that nobody enrolled passes through from the verifier, and nothing is sent', async () => {
    const before = sshd.logins();
    const error = await failure(sshNode(sshd, { ssh: { knownHosts: '/dev/null' } }));
    expect(error.code).toBe('HOST_KEY_UNKNOWN');
    expect(sshd.logins()).toBe(before);
  });

  test('an ephemeral host key is accepted, and every reader is told', async () => {
    const session = await transport.open(
      sshNode(sshd, { host_key: 'ephemeral', ssh: { knownHosts: '/dev/null' } }, 'rented'),
    );
    expect(session.notes()).toEqual([expect.stringContaining('not checked')]);
  });
});

describe.skipIf(!has('sshd'))('jump hosts (needs sshd)', () => {
  test('a node behind one is reached through it', async () => {
    const before = [jump.logins(), sshd.logins()];
    const session = await transport.open(through(jump, 'gate'));
    expect((await session.ask(run(['echo', 'through']))).stdout.head).toBe('through\n');
    expect([jump.logins(), sshd.logins()]).toEqual(before.map((logins) => logins + 1));
  });

  test('the host key of a node behind one is fetched through it', async () => {
    const route = await resolveRoute(through(jump, 'gate').ssh);
    const key = await fetchHostKey(route.at(-1) ?? route[0], route.slice(0, -1));
    expect(readText(`${sshd.hostKeyFile}.pub`)).toContain(key.toString('base64'));
  });

  test('one that is down is named', async () => {
    const down = await startSshd();
    await down.kill();
    const error = await failure(through(down, 'closed-gate'));
    expect(error.code).toBe('JUMP_UNREACHABLE');
    expect(error.message).toContain(`127.0.0.1:${down.port}`);
    await down.stop();
  });

  test('one that forwards nothing is named', async () => {
    const shut = await startSshd({ lines: ['AllowTcpForwarding no'] });
    const error = await failure(through(shut, 'shut-gate'));
    expect(error.code).toBe('JUMP_UNREACHABLE');
    expect(error.message).toContain(`127.0.0.1:${shut.port}`);
    await shut.stop();
  });

  test('a node that is down behind one is the node, not the jump host', async () => {
    const node = through(jump, 'gate');
    const port = await freePort();
    const error = await failure({ ...node, ssh: { ...node.ssh, port } });
    expect(error.code).toBe('UNREACHABLE');
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });
});

const readText = (file: string) => readFileSync(file, 'utf8');

/** The jump host as an alias: its own port, key and host key file stand in an ssh_config. */
function through(via: Sshd, name: string): Node {
  const config = join(sshd.folder, `config-${name}`);
  writeFileSync(
    config,
    [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${via.port}`,
      '  User root',
      `  IdentityFile ${via.keyFile}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${via.knownHostsFile}`,
      '',
    ].join('\n'),
  );
  const known = join(sshd.folder, `known-${name}`);
  writeFileSync(known, [sshd, via].map(({ knownHostsFile }) => readText(knownHostsFile)).join(''));
  return sshNode(sshd, { ssh: { jump: [name], config, knownHosts: known } }, `behind-${name}`);
}
