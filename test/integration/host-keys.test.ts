import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprint, keyType, knownAlgorithms, trustHostKey, verifyHostKey } from '../../src/transport/host-keys.ts';
import { judgeHostKey } from '../../src/transport/judge-host-key.ts';
import type { Hop } from '../../src/transport/route.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';

const hopOf = (files: readonly string[], place: Partial<Hop> = {}): Hop => ({
  host: 'gpu-1',
  port: 22,
  user: 'ops',
  identities: [],
  agent: null,
  knownHosts: files,
  ...place,
});

const madeKey = (type: string) => {
  const file = `${scratchFolder().path}/key`;
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '2048'] : []),
    '-N',
    '',
    '-C',
    '',
    '-f',
    file,
  ]);
  const line = readFileSync(`${file}.pub`, 'utf8').trim();
  return { file, line, blob: Buffer.from(line.split(' ')[1] ?? '', 'base64') };
};

const knownHosts = (...lines: string[]) => scratchFolder().write('known_hosts', `${lines.join('\n')}\n`);
const hashed = (file: string) => {
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  return file;
};
const isFiled = (file: string, name: string) => spawnSync('ssh-keygen', ['-F', name, '-f', file]).status === 0;
const verdict = (hop: Hop, key: Buffer, policy: 'strict' | 'ephemeral' = 'strict') =>
  rejection(verifyHostKey({ hop, key, policy, node: 'gpu-a' }).then(() => Promise.reject(new Error('accepted'))));

describe.skipIf(!has('ssh-keygen'))('a host key (needs ssh-keygen)', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'])('of type %s has the fingerprint that ssh-keygen prints', (type) => {
    const key = madeKey(type);
    const printed = execFileSync('ssh-keygen', ['-l', '-f', key.file], { encoding: 'utf8' });
    expect(fingerprint(key.blob)).toBe(printed.split(' ')[1]);
    expect(keyType(key.blob)).toBe(key.line.split(' ')[0]);
  });

  test('that is known is accepted, among other keys, hosts, comments and lines that make no sense', async () => {
    const [key, other] = [madeKey('ed25519'), madeKey('ed25519')];
    const rsa = madeKey('rsa');
    const file = knownHosts(
      '# the farm',
      '',
      'gpu-1',
      `gpu-1 ssh-ed25519 ${'A'.repeat(40)}`,
      `gpu-1 ssh-rsa ${key.line.split(' ')[1]}`,
      `@unheard-of gpu-1 ${other.line}`,
      `gpu-2 ${other.line}`,
      `gpu-1,10.0.0.1\t${rsa.line}`,
      `gpu-1,10.0.0.1 ${key.line} of the farm`,
    );
    expect(await verdict(hopOf([file]), key.blob)).toEqual(new Error('accepted'));
    expect(await verdict(hopOf(['/nowhere', file], { host: '10.0.0.1' }), rsa.blob)).toEqual(new Error('accepted'));
  });

  test('that is unknown is refused with its fingerprint and the command that enrols it', async () => {
    const key = madeKey('ed25519');
    expect(await verdict(hopOf([]), key.blob)).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: `The host key of gpu-1:22 is not known: ssh-ed25519 ${fingerprint(key.blob)}.`,
      hint: expect.stringMatching(/: rackhand fleet trust gpu-a$/),
    });
    const rsa = madeKey('rsa');
    expect(await verdict(hopOf([knownHosts(`gpu-1 ${rsa.line}`)]), key.blob)).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: expect.stringContaining('is not known, only one of type ssh-rsa: ssh-ed25519'),
    });
  });

  test('that has changed is refused with both fingerprints and the line of the old one', async () => {
    const [old, key] = [madeKey('ed25519'), madeKey('ed25519')];
    const file = hashed(knownHosts(`gpu-2 ${key.line}`, `[gpu-1]:2200 ${old.line}`));
    expect(await verdict(hopOf([file], { port: 2200 }), key.blob)).toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: `gpu-1:2200 shows another host key than ${file}:2 knows: ssh-ed25519 ${fingerprint(key.blob)} instead of ${fingerprint(old.blob)}.`,
      hint: expect.stringContaining(`ssh-keygen -R '[gpu-1]:2200' -f ${file}, then rackhand fleet trust gpu-a`),
    });
  });

  test('that is revoked is refused, even where another line knows it', async () => {
    const key = madeKey('ed25519');
    const revoking = knownHosts(`@revoked * ${key.line}`);
    const file = knownHosts(`gpu-1 ${key.line}`);
    expect(await verdict(hopOf([file, revoking]), key.blob)).toMatchObject({
      code: 'HOST_KEY_REVOKED',
      message: expect.stringContaining(`that ${revoking}:1 revokes: ssh-ed25519 ${fingerprint(key.blob)}`),
    });
  });

  test('that only an authority could prove is unknown here, and ssh is named as the one who can', async () => {
    const [key, authority] = [madeKey('ed25519'), madeKey('ed25519')];
    const file = knownHosts(`@cert-authority *.farm,gpu-1 ${authority.line}`);
    const refusal = await verdict(hopOf([file]), key.blob);
    expect(refusal).toMatchObject({ code: 'HOST_KEY_UNKNOWN', hint: expect.stringContaining('`transport: openssh`') });
    expect(await verdict(hopOf([file]), authority.blob)).toMatchObject({ code: 'HOST_KEY_UNKNOWN' });
  });

  test('is not asked for where any is accepted', async () => {
    const key = madeKey('ed25519');
    const file = knownHosts(`@revoked * ${key.line}`);
    expect(await verdict(hopOf([file]), key.blob, 'ephemeral')).toEqual(new Error('accepted'));
  });

  test('is not guessed when a known_hosts can not be read', async () => {
    const folder = scratchFolder().path;
    expect(await verdict(hopOf([folder]), madeKey('ed25519').blob)).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${folder} can not be read: `),
    });
  });

  test('is seen once it is filed, without a restart', async () => {
    const key = madeKey('ed25519');
    const folder = scratchFolder();
    const hop = hopOf([folder.write('known_hosts', '# empty\n')]);
    expect(await verdict(hop, key.blob)).toMatchObject({ code: 'HOST_KEY_UNKNOWN' });
    folder.write('known_hosts', `gpu-1 ${key.line}\n`);
    expect(await verdict(hop, key.blob)).toEqual(new Error('accepted'));
  });
});

describe.skipIf(!has('ssh-keygen'))('the algorithms that are asked for first (needs ssh-keygen)', () => {
  test('are those of the keys that are filed for the machine', async () => {
    const [ed25519, rsa, ecdsa] = [madeKey('ed25519'), madeKey('rsa'), madeKey('ecdsa')];
    const file = knownHosts(`[gpu-1]:22 ${ecdsa.line}`, `gpu-1 ${rsa.line}`, `@revoked gpu-1 ${ed25519.line}`);
    expect(await knownAlgorithms(hopOf([file]))).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    expect(await knownAlgorithms(hopOf([file], { host: 'gpu-2' }))).toEqual([]);
    const both = knownHosts(`gpu-1 ${ed25519.line}`, `[gpu-1]:2200 ${ecdsa.line}`);
    expect(await knownAlgorithms(hopOf([both], { port: 2200 }))).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
  });
});

describe.skipIf(!has('ssh-keygen'))('a key is trusted (needs ssh-keygen)', () => {
  test('by a line that ssh finds, in a file and a folder that only we can read', async () => {
    const key = madeKey('ed25519');
    const file = `${scratchFolder().path}/.ssh/known_hosts`;
    for (const [place, name] of [
      [{ host: 'gpu-1' }, 'gpu-1'],
      [{ host: 'gpu-2', port: 2200 }, '[gpu-2]:2200'],
      [{ host: 'fd00::1' }, 'fd00::1'],
      [{ host: '10.0.0.9', port: 23, hostKeyAlias: 'farm' }, 'farm'],
    ] as const) {
      const hop = hopOf([file], place);
      expect(await trustHostKey(hop, key.blob)).toBe(file);
      expect(isFiled(file, name)).toBe(true);
      expect(await verdict(hop, key.blob)).toEqual(new Error('accepted'));
    }
    expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test('once, and without harm to what is there already', async () => {
    const key = madeKey('ed25519');
    const folder = scratchFolder();
    const file = folder.write('real', `gpu-0 ${key.line}`, 0o644);
    const link = `${folder.path}/known_hosts`;
    symlinkSync(file, link);
    await trustHostKey(hopOf([link]), key.blob);
    await trustHostKey(hopOf([link]), key.blob);
    const [type, base64] = key.line.split(' ');
    expect(readFileSync(file, 'utf8')).toBe(`gpu-0 ${type} ${base64}\ngpu-1 ${type} ${base64}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  test('also when many are trusted at once', async () => {
    const key = madeKey('ed25519');
    const file = `${scratchFolder().path}/known_hosts`;
    const names = Array.from({ length: 20 }, (_, index) => `gpu-${index}`);
    await Promise.all(names.map((host) => trustHostKey(hopOf([file], { host }), key.blob)));
    expect(names.filter((name) => !isFiled(file, name))).toEqual([]);
  });

  test('never when it has changed or is revoked', async () => {
    const [old, key] = [madeKey('ed25519'), madeKey('ed25519')];
    const file = knownHosts(`gpu-1 ${old.line}`, `@revoked gpu-2 ${key.line}`);
    const before = readFileSync(file, 'utf8');
    expect(await rejection(trustHostKey(hopOf([file]), key.blob))).toMatchObject({ code: 'HOST_KEY_CHANGED' });
    expect(await rejection(trustHostKey(hopOf([file], { host: 'gpu-2' }), key.blob))).toMatchObject({
      code: 'HOST_KEY_REVOKED',
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('not where there is nothing to file it in', async () => {
    const { blob } = madeKey('ed25519');
    const folder = scratchFolder().path;
    mkdirSync(`${folder}/known_hosts`);
    for (const files of [[], ['/dev/null'], [`${folder}/known_hosts`]]) {
      expect(await rejection(trustHostKey(hopOf(files), blob))).toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });
});

describe.skipIf(!has('sshd') || !has('ssh'))('our judgement is that of ssh (needs ssh, sshd)', () => {
  let sshd: Sshd;
  beforeAll(async () => void (sshd = await startSshd()));
  afterAll(() => sshd.stop());

  const sshAccepts = (file: string) => {
    const options = ['StrictHostKeyChecking=yes', `UserKnownHostsFile=${file}`, 'GlobalKnownHostsFile=/dev/null'];
    const words = options.flatMap((option) => ['-o', option]);
    const login = ['-F', '/dev/null', '-i', sshd.keyFile, '-p', String(sshd.port), 'root@127.0.0.1', 'true'];
    return spawnSync('ssh', [...words, '-o', 'BatchMode=yes', ...login]).status === 0;
  };

  test.each<[title: string, lines: (name: string, key: string, other: string) => string[], is: string]>([
    ['the port in brackets', (name, key) => [`${name} ${key}`], 'known'],
    ['the host alone', (_, key) => [`127.0.0.1 ${key}`], 'known'],
    ['another port', (_, key) => [`[127.0.0.1]:1 ${key}`], 'unknown'],
    ['another key', (name, _, other) => [`${name} ${other}`], 'changed'],
    ['another key for the host alone', (_, __, other) => [`127.0.0.1 ${other}`], 'unknown'],
    ['another key first', (name, key, other) => [`${name} ${other}`, `${name} ${key}`], 'known'],
    [
      'another key for the port and this one for the host',
      (name, key, other) => [`${name} ${other}`, `127.0.0.1 ${key}`],
      'changed',
    ],
    ['wildcards', (_, key) => [`[127.?.0.*]:* ${key}`], 'known'],
    ['a negation', (name, key) => [`*,!${name},!127.* ${key}`], 'unknown'],
    ['a negation of another', (_, key) => [`!10.*,[127.*]:* ${key}`], 'known'],
    ['only negations', (_, key) => [`!10.0.0.1 ${key}`], 'unknown'],
    ['a revocation', (name, key) => [`${name} ${key}`, `@revoked * ${key}`], 'revoked'],
    ['a revocation of another key', (name, key, other) => [`@revoked * ${other}`, `${name} ${key}`], 'known'],
    ['a revocation for another host', (name, key) => [`@revoked gpu-1 ${key}`, `${name} ${key}`], 'known'],
    ['an authority that is the key itself', (name, key) => [`@cert-authority ${name} ${key}`], 'unknown'],
    ['a broken key', (name, key) => [`${name} ${key.slice(0, 30)}`], 'unknown'],
    ["a type that is not the key's", (name, key) => [`${name} ssh-rsa ${key.split(' ')[1]}`], 'unknown'],
    ['nothing', () => [], 'unknown'],
  ])('with %s', async (_, lines, is) => {
    const [type, base64] = readFileSync(`${sshd.hostKeyFile}.pub`, 'utf8').split(' ');
    const file = knownHosts(...lines(`[127.0.0.1]:${sshd.port}`, `${type} ${base64}`, madeKey('ed25519').line));
    const hop = hopOf([file], { host: '127.0.0.1', port: sshd.port });
    const ours = await judgeHostKey(hop, Buffer.from(base64 ?? '', 'base64'));
    expect(ours.is).toBe(is);
    expect(sshAccepts(file)).toBe(is === 'known');
  });
});
