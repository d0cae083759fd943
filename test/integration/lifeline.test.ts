import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lifelineLine } from '../../src/transport/lifeline.ts';
import { leftOf, pidsOf, uniqueSeconds } from '../support/processes.ts';
import { has } from '../support/requires.ts';
import { openCommand, sshClient } from '../support/ssh-client.ts';
import { plainUser, startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const id = 'f00f';
const mark = `\u001e${id}\u001e`;
const lifeline = (
  words: [string, ...string[]],
  { stdin = '', tidy = true, id: own = id }: { stdin?: string; tidy?: boolean; id?: string } = {},
) => lifelineLine({ words, stdin }, { tidy, id: own });

// A child, a grandchild and one that left the session; none of them heeds TERM.
const tree = (seconds: string): [string, ...string[]] => [
  'sh',
  '-c',
  `trap "" TERM; (sleep ${seconds}; :) & setsid sh -c "sleep ${seconds}; :" & sleep ${seconds}; :`,
];
const members = 3;

async function here(
  shell: readonly [string, ...string[]],
  { line, stdin }: { line: string; stdin: Uint8Array },
  env: NodeJS.ProcessEnv = process.env,
) {
  const [program, ...args] = shell;
  const child = spawn(program, [...args, '-c', line], { env });
  child.stdin.on('error', () => {});
  child.stdin.write(stdin);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

const shells: readonly [string, ...string[]][] = [['dash'], ['bash'], ['fish'], ['busybox', 'sh']];

for (const shell of shells) {
  describe.skipIf(!has(shell[0]))(`a lifeline under the login shell ${shell.join(' ')}`, () => {
    test('keeps words, input and exit code', async () => {
      const odd = `a'b"\\ $HOME\n!é`;
      const said = await here(
        shell,
        lifeline(['sh', '-c', 'cat; printf %s "$1"; exit 7', 'x', odd], { stdin: 'in\\n\n' }),
      );
      expect(said).toEqual({ code: 7, stdout: `${mark}in\\n\n${odd}`, stderr: mark });
    });

    test('is there when PATH is empty', async () => {
      const absolute: [string, ...string[]] = [`/usr/bin/${shell[0]}`, ...shell.slice(1)];
      const said = await here(absolute, lifeline(['id', '-u']), { PATH: '' });
      expect(said).toMatchObject({ code: 0, stdout: `${mark}0\n` });
    });

    test('says so when the program is not there', async () => {
      expect(await here(shell, lifeline(['no-such-program']))).toEqual({
        code: 127,
        stdout: mark,
        stderr: `${mark}no-such-program: not found\n`,
      });
    });

    test('proves an exit code above 127, which others also give for a lost link or a signal', async () => {
      for (const code of [127, 128, 137, 255])
        expect(await here(shell, lifeline(['sh', '-c', `exit ${code}`]))).toEqual({
          code,
          stdout: mark,
          stderr: code > 127 ? mark + mark : mark,
        });
    });
  });
}

for (const sh of ['dash', 'bash', 'busybox']) {
  test.skipIf(!has(sh))(`the script runs under ${sh}, and ends the tree when its input ends`, async () => {
    const seconds = uniqueSeconds();
    const { line } = lifeline(tree(seconds));
    const child = spawn('sh', ['-c', line.replace('/bin/sh', sh === 'busybox' ? 'busybox sh' : sh)]);
    const said = text(child.stderr);
    await until(() => pidsOf(seconds).length === members);
    child.stdin.end();
    await once(child, 'close');
    expect(pidsOf(seconds)).toEqual([]);
    // The second one proves that it was the program that a signal ended, and not the shell beside it.
    expect(await said).toBe(mark + mark);
  });
}

test('a program is not started on half of its input', async () => {
  const { line, stdin } = lifeline(['echo', 'started'], { stdin: 'rm -rf /tmp/x\n' });
  const child = spawn('sh', ['-c', line]);
  child.stdin.end(stdin.subarray(0, 7));
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(stdout).toBe('');
});

const background = (seconds: string): [string, ...string[]] => ['sh', '-c', `sleep ${seconds} >/dev/null 2>&1 &`];

test('what a change leaves in the background stays, and what looking leaves does not', async () => {
  const [kept, tidied] = [uniqueSeconds(), uniqueSeconds()];
  await here(['sh'], lifeline(background(kept), { tidy: false }));
  await here(['sh'], lifeline(background(tidied)));
  expect(await leftOf(tidied)).toEqual([]);
  const [pid, ...others] = pidsOf(kept);
  expect(others).toEqual([]);
  process.kill(pid ?? 0, 'SIGKILL');
});

describe.skipIf(!has('sshd'))('a lifeline over a real sshd (needs sshd)', () => {
  let sshd: Sshd;
  const user = plainUser('/bin/bash');
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    await sshd.stop();
    user.remove();
  });

  for (const who of ['root', 'a plain user']) {
    const username = () => (who === 'root' ? 'root' : user.name);
    const client = () => sshClient({ port: sshd.port, username: username(), keyFile: sshd.keyFile });

    test.concurrent(`ends the tree of ${who} when the input is closed`, async () => {
      const seconds = uniqueSeconds();
      const connection = await client();
      const channel = await openCommand(connection, lifeline(tree(seconds), { id: seconds }).line);
      await until(() => pidsOf(seconds).length >= members);
      channel.end();
      channel.resume();
      await once(channel, 'close');
      expect(pidsOf(seconds)).toEqual([]);
      connection.end();
    });

    test.concurrent(`ends the tree of ${who} when the connection is cut`, async () => {
      const seconds = uniqueSeconds();
      const connection = await client();
      await openCommand(connection, lifeline(tree(seconds), { id: seconds }).line);
      await until(() => pidsOf(seconds).length >= members);
      connection.destroy();
      expect(await leftOf(seconds)).toEqual([]);
    });

    test.concurrent(`ends the tree of ${who} when the client is killed`, async () => {
      const seconds = uniqueSeconds();
      const { line } = lifeline(tree(seconds), { id: seconds });
      const ssh = spawn('ssh', ['-F', sshd.sshConfig, '-l', username(), 'sandbox', line], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await until(() => pidsOf(seconds).length >= members);
      ssh.kill('SIGKILL');
      expect(await leftOf(seconds)).toEqual([]);
    });

    test.concurrent(`leaves no file of ${who} behind`, async () => {
      const places = ['/tmp', '/dev/shm', '/var/tmp', ...(who === 'root' ? [] : [user.home])];
      const own = () =>
        places.flatMap((place) => readdirSync(place)).filter((name) => /rackhand\.|f00f|^sh-/.test(name));
      const connection = await client();
      const channel = await openCommand(connection, lifeline(['true']).line);
      channel.resume();
      await once(channel, 'close');
      connection.end();
      expect(own()).toEqual([]);
    });
  }

  test('the serving sshd being killed ends the tree', async () => {
    const other = await startSshd();
    const seconds = uniqueSeconds();
    const connection = await sshClient({ port: other.port, username: 'root', keyFile: other.keyFile });
    await openCommand(connection, lifeline(tree(seconds), { id: seconds }).line);
    await until(() => pidsOf(seconds).length >= members);
    other.killSessions();
    expect(await leftOf(seconds)).toEqual([]);
    await other.stop();
  });

  test.skipIf(!has('sudo'))('sudo runs the tree as root, and it ends all the same (needs sudo)', async () => {
    const allowed = `/etc/sudoers.d/${user.name}`;
    writeFileSync(allowed, `${user.name} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 });
    const connection = await sshClient({ port: sshd.port, username: user.name, keyFile: sshd.keyFile });
    try {
      const seconds = uniqueSeconds();
      const { line } = lifelineLine({ words: tree(seconds) }, { become: 'sudo', tidy: true, id: seconds });
      const channel = await openCommand(connection, line);
      channel.resume();
      await until(() => pidsOf(seconds).length >= members);
      channel.end();
      await once(channel, 'close');
      expect(pidsOf(seconds)).toEqual([]);
    } finally {
      connection.end();
      rmSync(allowed);
    }
  });
});
