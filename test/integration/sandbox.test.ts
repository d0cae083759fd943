import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type ssh2 from 'ssh2';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import { keyPair } from '../../sandbox/keys.ts';
import { has } from '../support/requires.ts';
import { openCommand, runOver, sshClient } from '../support/ssh-client.ts';

const user = userInfo().username;
let sandbox: Sandbox;
let client: Client;
let sftp: SFTPWrapper;

const login = (keyFile = join(sandbox.folder, 'id_ed25519'), username = user) =>
  sshClient({ port: sandbox.port, username, keyFile, strictVendor: false });

/** One SFTP request as a promise. */
const asked = <T>(ask: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    ask((error, value) => (error ? reject(error) : resolve(value as T)));
  });

beforeAll(async () => {
  sandbox = await startSandbox();
  client = await login();
  sftp = await asked<SFTPWrapper>((done) => client.sftp(done));
});

afterAll(async () => {
  const closed = once(client, 'close');
  client.end();
  await closed;
  await sandbox.stop();
});

describe('commands', () => {
  test('have their input, both outputs and exit status', async () => {
    expect(await runOver(client, 'cat; echo oops >&2; exit 7', 'a b\n')).toEqual({
      code: 7,
      signal: undefined,
      stdout: 'a b\n',
      stderr: 'oops\n',
    });
  });

  test('tell the signal that ended them', async () => {
    expect(await runOver(client, 'kill -TERM $$')).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  test('tell the status after the whole of a large output', async () => {
    const { stdout, code } = await runOver(client, 'head -c 5000000 /dev/zero | tr "\\0" x; exit 3');
    expect([stdout.length, code]).toEqual([5_000_000, 3]);
  });

  test('find no secret of the one who started the sandbox, and the simulated GPU', async () => {
    vi.stubEnv('RACKHAND_TEST_SECRET', 'hunter2');
    expect((await runOver(client, 'env')).stdout).not.toContain('hunter2');
    expect((await runOver(client, 'nvidia-smi -q -x')).stdout).toContain('Simulated GPU');
    expect(await runOver(client, 'nvidia-smi')).toMatchObject({ code: 2 });
  });

  test('are not killed when their client goes away, but see the end of their input', async () => {
    const other = await login();
    const file = join(sandbox.folder, 'after');
    const channel = await openCommand(other, `echo up; cat; echo gone > ${file}`);
    await once(channel, 'data');
    other.end();
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 5_000 });
  });
});

describe('a login', () => {
  test('is refused with another key, and for another user', async () => {
    const file = join(sandbox.folder, 'other-key');
    writeFileSync(file, keyPair().private);
    await expect(login(file)).rejects.toThrow('authentication methods failed');
    await expect(login(undefined, 'someone-else')).rejects.toThrow('authentication methods failed');
    await expect(sshClient({ port: sandbox.port, username: user, password: 'x' })).rejects.toThrow(
      'authentication methods failed',
    );
  });
});

describe('SFTP', () => {
  test('reads files, those of /proc included', async () => {
    expect(await asked<Buffer>((done) => sftp.readFile(sandbox.fleetPath, done))).toEqual(
      await readFile(sandbox.fleetPath),
    );
    const handle = await asked<Buffer>((done) => sftp.open('/proc/self/stat', 'r', done));
    const bytes = Buffer.alloc(4096);
    const size = await asked<number>((done) => sftp.read(handle, bytes, 0, 4096, 0, done));
    expect(bytes.toString('latin1', 0, size)).toMatch(/^\d+ \(/);
    await asked<unknown>((done) => sftp.close(handle, done));
  });

  test('tells links from what they lead to, and what is missing', async () => {
    const link = join(sandbox.folder, 'dangling');
    symlinkSync('/nowhere', link);
    expect((await asked<ssh2.Stats>((done) => sftp.lstat(link, done))).isSymbolicLink()).toBe(true);
    expect(await asked<string>((done) => sftp.readlink(link, done))).toBe('/nowhere');
    await expect(asked<ssh2.Stats>((done) => sftp.stat(link, done))).rejects.toMatchObject({ code: 2 });
  });

  test('lists a folder of many entries whole', async () => {
    const folder = join(sandbox.folder, 'many');
    mkdirSync(folder);
    const names = Array.from({ length: 250 }, (_, index) => `file ${index} ä`);
    for (const name of names) writeFileSync(join(folder, name), name);
    const entries = await asked<{ filename: string; attrs: { size: number } }[]>((done) => sftp.readdir(folder, done));
    expect(entries.map(({ filename }) => filename).toSorted()).toEqual(names.toSorted());
    expect(entries.find(({ filename }) => filename === 'file 7 ä')?.attrs.size).toBe(9);
  });

  test('tells the room on a filesystem', async () => {
    const found = await asked<{ f_blocks: number; f_files: number }>((done) => sftp.ext_openssh_statvfs('/', done));
    const { blocks, files } = await statfs('/');
    expect([found.f_blocks, found.f_files]).toEqual([blocks, files]);
  });

  test('opens a fifo without waiting for its writer', async () => {
    const fifo = join(sandbox.folder, 'fifo');
    await promisify(execFile)('mkfifo', [fifo]);
    await asked<Buffer>((done) => sftp.open(fifo, 'r', done));
    expect((await asked<ssh2.Stats>((done) => sftp.stat(fifo, done))).isFIFO()).toBe(true);
  });

  test('writes nothing', async () => {
    const file = join(sandbox.folder, 'written');
    await expect(asked<Buffer>((done) => sftp.open(file, 'w', done))).rejects.toMatchObject({ code: 3 });
    await expect(asked<unknown>((done) => sftp.mkdir(file, done))).rejects.toMatchObject({ code: 3 });
    await expect(asked<unknown>((done) => sftp.unlink(sandbox.fleetPath, done))).rejects.toMatchObject({ code: 3 });
    expect([existsSync(file), existsSync(sandbox.fleetPath)]).toEqual([false, true]);
  });

  test('shows the simulated driver where a real one would be', async () => {
    expect((await asked<ssh2.Stats>((done) => sftp.stat('/usr/bin/nvidia-smi', done))).isFile()).toBe(true);
    expect(String(await asked<Buffer>((done) => sftp.readFile('/proc/driver/nvidia/version', done)))).toContain(
      'simulated',
    );
    const gpus = await asked<unknown[]>((done) => sftp.readdir('/proc/driver/nvidia/gpus', done));
    expect(gpus).toHaveLength(1);
  });
});

describe('forwarding', () => {
  test('reaches a port, and says when nothing listens there', async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const open = () => asked<ClientChannel>((done) => client.forwardOut('127.0.0.1', 0, '127.0.0.1', port, done));
    expect(await text(await open())).toBe('hello');
    server.close();
    await once(server, 'close');
    await expect(open()).rejects.toThrow('Channel open failure');
  });

  test('reaches a unix socket', async () => {
    const path = join(sandbox.folder, 'a.sock');
    const server = createServer((socket) => socket.end('hello')).listen(path);
    await once(server, 'listening');
    const channel = await asked<ClientChannel>((done) => client.openssh_forwardOutStreamLocal(path, done));
    expect(await text(channel)).toBe('hello');
    server.close();
  });
});

describe.skipIf(!has('ssh') || !has('sftp'))("the system's programs (needs ssh and sftp)", () => {
  const run = promisify(execFile);

  test('ssh runs a command', async () => {
    const words = [...strictOptions(), '-p', String(sandbox.port), `${user}@127.0.0.1`, 'echo it works'];
    expect((await run('ssh', words)).stdout).toBe('it works\n');
  });

  test('sftp fetches a file', async () => {
    const copy = join(sandbox.folder, 'copy.yaml');
    const from = `${user}@127.0.0.1:${sandbox.fleetPath}`;
    await run('sftp', [...strictOptions(), '-P', String(sandbox.port), from, copy]);
    expect(await readFile(copy, 'utf8')).toBe(await readFile(sandbox.fleetPath, 'utf8'));
  });
});

/** Nothing of this machine's own configuration, and only the sandbox's keys. */
const strictOptions = () =>
  ['-F', 'none', '-i', join(sandbox.folder, 'id_ed25519')].concat(
    [
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${join(sandbox.folder, 'known_hosts')}`,
    ].flatMap((option) => ['-o', option]),
  );
