import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { authMethods } from '../../src/transport/identities.ts';
import type { Hop } from '../../src/transport/route.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';
import { startSshAgent } from '../support/ssh-agent.ts';
import { sshClient } from '../support/ssh-client.ts';
import { makeKey, startSshd, type Sshd } from '../support/sshd.ts';

const hopOf = (identities: readonly string[], place: Partial<Hop> = {}): Hop => ({
  host: '127.0.0.1',
  port: 22,
  user: 'root',
  identities,
  agent: null,
  knownHosts: [],
  ...place,
});

const madeKey = (passphrase = '') => {
  const file = `${scratchFolder().path}/key`;
  makeKey(file, passphrase);
  return file;
};
const blobOf = (file: string) => readFileSync(`${file}.pub`, 'utf8').split(' ')[1];

/** The ways in order: `key`, or for the agent the public keys that it will offer. */
const offered = async (methods: Promise<readonly AnyAuthMethod[]>) =>
  (await methods).map((method) => {
    if (method.type !== 'agent') return method.type;
    const keys: (string | undefined)[] = [];
    const { agent } = method;
    if (typeof agent === 'string') return [agent];
    agent.getIdentities((_, held = []) => {
      keys.push(...(held as ParsedKey[]).map((key) => key.getPublicSSH().toString('base64')));
    });
    return keys;
  });
const refusal = (hop: Hop) => rejection(authMethods(hop, 'gpu-a'));

describe.skipIf(!has('ssh-agent'))('the ways to log in (needs ssh-agent)', () => {
  test('are the key files in order, then the agent', async () => {
    const [first, second, third] = [madeKey(), madeKey(), madeKey()];
    const agent = await startSshAgent([third]);
    const hop = hopOf([first, '/nowhere/id_rsa', second], { agent });
    expect(await offered(authMethods(hop, 'gpu-a'))).toEqual(['publickey', 'publickey', [blobOf(third)]]);
    expect((await authMethods(hop, 'gpu-a')).map(({ username }) => username)).toEqual(['root', 'root', 'root']);
  });

  test.each(['ed25519', 'ecdsa', 'rsa'])(
    'include a key of type %s in the older PEM format where there is one',
    async (type) => {
      const file = `${scratchFolder().path}/key`;
      execFileSync('ssh-keygen', [
        '-q',
        '-t',
        type,
        '-m',
        'PEM',
        '-N',
        '',
        '-f',
        file,
        ...(type === 'rsa' ? ['-b', '2048'] : []),
      ]);
      expect(await offered(authMethods(hopOf([file]), 'gpu-a'))).toEqual(['publickey']);
    },
  );

  test('begin, in the agent, with the keys that the files name', async () => {
    const [other, encrypted, named] = [madeKey(), madeKey('secret'), madeKey()];
    const agent = await startSshAgent([other, encrypted, named], 'secret');
    const hop = hopOf([encrypted, `${named}.pub`], { agent, chosenIdentity: encrypted });
    const preferred = [blobOf(encrypted), blobOf(named)];
    expect(await offered(authMethods(hop, 'gpu-a'))).toEqual([[...preferred, blobOf(other)]]);
    expect(await offered(authMethods({ ...hop, identitiesOnly: true }, 'gpu-a'))).toEqual([preferred]);
  });

  test('leave out an encrypted key that the agent does not hold, while another one is left', async () => {
    const [encrypted, plain, other] = [madeKey('secret'), madeKey(), madeKey()];
    expect(await offered(authMethods(hopOf([encrypted, plain]), 'gpu-a'))).toEqual(['publickey']);
    const agent = await startSshAgent([other]);
    expect(await offered(authMethods(hopOf([encrypted], { agent }), 'gpu-a'))).toEqual([[blobOf(other)]]);
  });
});

describe.skipIf(!has('ssh-agent'))('a key that can not be used is an error with what to do (needs ssh-agent)', () => {
  test('an encrypted one without an agent', async () => {
    const file = madeKey('secret');
    expect(await refusal(hopOf([file]))).toMatchObject({
      code: 'KEY_UNREADABLE',
      message: `The key ${file} is encrypted and no agent holds it.`,
      hint: `ssh-add ${file}`,
    });
  });

  test('an encrypted one that the fleet file names, and that the agent does not hold', async () => {
    const [file, other] = [madeKey('secret'), madeKey()];
    const agent = await startSshAgent([other]);
    const hop = hopOf([file], { agent, chosenIdentity: file });
    expect(await refusal(hop)).toMatchObject({ code: 'KEY_UNREADABLE', hint: `ssh-add ${file}` });
    expect(await refusal({ ...hop, agent: await startSshAgent([]) })).toMatchObject({ code: 'KEY_UNREADABLE' });
  });

  test('one that others may read, as ssh refuses it', async () => {
    const file = madeKey();
    chmodSync(file, 0o640);
    expect(await refusal(hopOf([file]))).toMatchObject({
      code: 'KEY_UNREADABLE',
      message: `The key ${file} may be read by others (mode 640).`,
      hint: `chmod 600 ${file}`,
    });
    const plain = madeKey();
    expect(await offered(authMethods(hopOf([file, plain]), 'gpu-a'))).toEqual(['publickey']);
    expect(await refusal(hopOf([file, plain], { chosenIdentity: file }))).toMatchObject({ code: 'KEY_UNREADABLE' });
  });

  test('one that the fleet file names and that is not there', async () => {
    const hop = hopOf(['/nowhere/key', madeKey()], { chosenIdentity: '/nowhere/key' });
    expect(await refusal(hop)).toMatchObject({ code: 'KEY_UNREADABLE', message: 'The key /nowhere/key is not there.' });
  });

  test('a public key whose private half no agent holds', async () => {
    const file = `${madeKey()}.pub`;
    expect(await refusal(hopOf([file]))).toMatchObject({
      code: 'KEY_UNREADABLE',
      message: `The key ${file} is a public key and no agent holds its private half.`,
      hint: `ssh-add ${file.replace(/\.pub$/, '')}`,
    });
  });

  test('what is no key, a folder, or a FIFO that nobody writes to', async () => {
    const folder = scratchFolder();
    const text = folder.write('text', 'no key\n');
    expect(await refusal(hopOf([text]))).toMatchObject({
      code: 'KEY_UNREADABLE',
      message: expect.stringContaining(`The key ${text} can not be used: `),
      hint: expect.stringContaining('transport: openssh'),
    });
    execFileSync('mkfifo', [`${folder.path}/fifo`]);
    for (const file of [folder.path, `${folder.path}/fifo`]) {
      expect(await refusal(hopOf([file]))).toMatchObject({
        code: 'KEY_UNREADABLE',
        message: `The key ${file} is not a regular file.`,
      });
    }
  });

  test('none at all', async () => {
    const hop = hopOf(['/nowhere/id_ed25519', '/nowhere/id_rsa']);
    expect(await refusal(hop)).toMatchObject({
      code: 'AUTH_FAILED',
      message:
        'There is no key to log in to gpu-a (root@127.0.0.1:22): there is none of /nowhere/id_ed25519, /nowhere/id_rsa, and no agent answers.',
      hint: expect.stringContaining('ssh.identity'),
    });
    const agent = await startSshAgent([]);
    expect(await refusal(hopOf([], { agent }))).toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('no key file is named, and the agent holds no key for it.'),
    });
  });

  test('none, because the agent is gone or does not answer', async () => {
    const folder = scratchFolder();
    const stale = folder.write('stale.sock', '');
    expect(await refusal(hopOf([], { agent: stale }))).toMatchObject({ code: 'AUTH_FAILED' });

    const silent = createServer().listen(`${folder.path}/silent.sock`);
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const asked = once(silent, 'connection');
    const refused = refusal(hopOf([], { agent: `${folder.path}/silent.sock` }));
    await asked;
    vi.advanceTimersByTime(3_000);
    expect(await refused).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('no agent answers') });
  });
});

describe.skipIf(!has('sshd') || !has('ssh-agent'))('a real sshd (needs sshd, ssh-agent)', () => {
  let sshd: Sshd;
  beforeAll(async () => void (sshd = await startSshd({ lines: ['MaxAuthTries 2'] })));
  afterAll(() => sshd.stop());

  const logsIn = async (hop: Hop) => {
    const authHandler = [...(await authMethods(hop, 'gpu-a'))];
    const client = await sshClient({ port: sshd.port, username: hop.user, authHandler });
    client.end();
  };

  test('lets a key file in', async () => {
    await expect(logsIn(hopOf([sshd.keyFile]))).resolves.toBeUndefined();
  });

  test('lets an encrypted key in by the agent, before the many others there make it give up', async () => {
    const [encrypted, ...others] = [madeKey('secret'), madeKey(), madeKey(), madeKey()];
    appendFileSync(`${sshd.folder}/authorized_keys`, readFileSync(`${encrypted}.pub`));
    const agent = await startSshAgent([...others, encrypted], 'secret');
    await expect(logsIn(hopOf([encrypted], { agent }))).resolves.toBeUndefined();
    await expect(logsIn(hopOf([], { agent }))).rejects.toThrow(/authentication/i);
  });
});
