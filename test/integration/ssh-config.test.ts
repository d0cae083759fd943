import { chmodSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { jumpName } from '../../src/transport/jump-name.ts';
import { resolveRoute } from '../../src/transport/ssh-config.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';

const { username, homedir } = userInfo();
const globalFiles = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

const hostNames = (route: readonly { user: string; host: string; port: number }[]) =>
  route.map(({ user, host, port }) => `${user}@${host}:${port}`);

const sshConfig = (text: string) => scratchFolder().write('config', text);

/** A real ssh in front of which a line is written for each time it is started. */
function countedSsh(): { starts(): number } {
  const folder = scratchFolder();
  const log = folder.write('log', '');
  const program = folder.write('bin/ssh', `#!/bin/sh\necho x >> ${log}\nPATH=${process.env['PATH']} exec ssh "$@"\n`);
  chmodSync(program, 0o755);
  vi.stubEnv('PATH', `${folder.path}/bin`);
  return { starts: () => readFileSync(log, 'utf8').length / 2 };
}

beforeEach(() => void vi.stubEnv('SSH_AUTH_SOCK', '/run/agent.sock'));
afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!has('ssh'))('the way to a node by ssh_config (needs ssh)', () => {
  test('is what ssh would do for an alias', async () => {
    const config = sshConfig(`
Host gpu
  HostName %h.Example.com
  Port 2200
  User ops
  IdentityFile ~/.ssh/%r-%h
  IdentityFile /keys/%n
  IdentityAgent none
  IdentitiesOnly yes
  HostKeyAlias farm
  UserKnownHostsFile ~/known "/etc/ssh/known hosts"
  GlobalKnownHostsFile none
`);
    expect(await resolveRoute({ host: 'gpu', agent: true, config })).toEqual([
      {
        host: 'gpu.example.com',
        port: 2200,
        user: 'ops',
        identities: [`${homedir}/.ssh/ops-gpu.example.com`, '/keys/gpu'],
        identitiesOnly: true,
        agent: null,
        knownHosts: [`${homedir}/known`, '/etc/ssh/known hosts'],
        hostKeyAlias: 'farm',
      },
    ]);
  });

  test('is what the fleet file says, where both say something', async () => {
    const config = sshConfig('Host gpu\n  HostName 10.0.0.1\n  Port 2200\n  User ops\n  IdentityFile /keys/a\n');
    const address = { host: 'gpu', port: 22, user: 'root', identity: '/keys/b', knownHosts: '/kh', agent: true };
    expect(await resolveRoute({ ...address, config })).toEqual([
      {
        host: '10.0.0.1',
        port: 22,
        user: 'root',
        identities: ['/keys/b', '/keys/a'],
        chosenIdentity: '/keys/b',
        agent: '/run/agent.sock',
        knownHosts: ['/kh', ...globalFiles],
      },
    ]);
  });

  test('has the defaults of ssh for a name that it does not know', async () => {
    const [hop] = await resolveRoute({ host: 'nowhere.test', agent: false, config: '/dev/null' });
    expect(hop).toMatchObject({ host: 'nowhere.test', port: 22, user: username, agent: null });
    expect(hop.identities).toContain(`${homedir}/.ssh/id_ed25519`);
    expect(hop.knownHosts).toContain(`${homedir}/.ssh/known_hosts`);
  });

  test.each([
    ['SSH_AUTH_SOCK', '/run/agent.sock'],
    ['$OTHER_AGENT', '/run/other.sock'],
    ['~/agent', `${homedir}/agent`],
    ['none', null],
  ])('asks the agent at IdentityAgent %s', async (configured, agent) => {
    vi.stubEnv('OTHER_AGENT', '/run/other.sock');
    const config = sshConfig(`IdentityAgent ${configured}\n`);
    const [hop] = await resolveRoute({ host: 'gpu', agent: true, config });
    expect(hop.agent).toBe(agent);
  });

  test('leads through ProxyJump, each jump host with keywords of its own', async () => {
    const config = sshConfig(`
Host gpu
  ProxyJump outer,ops@[fd00::7]:2222
Host outer
  HostName 192.0.2.1
  User gate
  IdentityFile /keys/outer
Host *
  User fleet
`);
    const route = await resolveRoute({ host: 'gpu', agent: true, config });
    expect(hostNames(route)).toEqual(['gate@192.0.2.1:22', 'ops@fd00::7:2222', 'fleet@gpu:22']);
    expect(route[0].identities).toEqual(['/keys/outer']);
  });

  test('leads through the jump hosts of the fleet file instead, and through those before the first of them', async () => {
    const config = sshConfig('Host gpu\n  ProxyJump other\nHost inner\n  ProxyJump outer\nHost *\n  User ops\n');
    const address = { host: 'gpu', agent: true, jump: ['inner', 'x@last:23'], identity: '/keys/mine', config };
    const route = await resolveRoute(address);
    expect(hostNames(route)).toEqual(['ops@outer:22', 'ops@inner:22', 'x@last:23', 'ops@gpu:22']);
    expect(route.map(({ identities }) => identities[0])).toEqual(Array.from({ length: 4 }, () => '/keys/mine'));
    expect(hostNames(await resolveRoute({ ...address, jump: [] }))).toEqual(['ops@gpu:22']);
  });

  test('does not go in circles', async () => {
    const pair = sshConfig('Host gpu\n  ProxyJump a\nHost a\n  ProxyJump b\nHost b\n  ProxyJump a\n');
    expect(await rejection(resolveRoute({ host: 'gpu', agent: true, config: pair }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^the jump hosts of gpu lead in a circle: [ab]$/),
      hint: expect.stringContaining('ProxyJump none'),
    });
    const config = sshConfig('Host *\n  ProxyJump bastion\n');
    expect(await rejection(resolveRoute({ host: 'gpu', agent: true, config }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('jumphost loop via bastion'),
    });
  });

  test('can not be a ProxyCommand', async () => {
    const config = sshConfig('Host gpu\n  ProxyCommand nc %h %p\n');
    expect(await rejection(resolveRoute({ host: 'gpu', agent: true, config }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'ssh_config reaches gpu by a ProxyCommand, which only ssh can run',
      hint: expect.stringContaining('transport: openssh'),
    });
    const none = sshConfig('Host gpu\n  ProxyCommand none\n  ProxyJump none\n');
    expect(await resolveRoute({ host: 'gpu', agent: true, config: none })).toHaveLength(1);
  });

  test.each([
    ['a keyword that is none', 'Colour red\n', 'Bad configuration option: colour'],
    ['a value that is none', 'Port ssh-port\n', "Bad port 'ssh-port'"],
  ])('is not guessed when ssh_config has %s', async (_, text, say) => {
    const config = sshConfig(text);
    expect(await rejection(resolveRoute({ host: 'gpu', agent: true, config }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`^ssh can not tell how to reach gpu: ${config}.* ${say}`, 'i')),
      hint: `Try: ssh -G -F ${config} gpu`,
    });
  });

  test('is not guessed when the ssh_config is not there, and is found once it is', async () => {
    const folder = scratchFolder();
    const address = { host: 'gpu', agent: true, config: `${folder.path}/config` };
    expect(await rejection(resolveRoute(address))).toMatchObject({ code: 'CONFIG_INVALID' });
    folder.write('config', 'Host gpu\n  HostName 10.0.0.1\n');
    expect(await resolveRoute(address)).toMatchObject([{ host: '10.0.0.1' }]);
  });

  test('is asked for once, however many want it', async () => {
    const ssh = countedSsh();
    const address = { host: 'gpu', agent: true, config: sshConfig('Host gpu\n  Port 23\n') };
    const routes = await Promise.all(Array.from({ length: 20 }, () => resolveRoute({ ...address })));
    expect(new Set(routes).size).toBe(1);
    expect(await resolveRoute(address)).toBe(routes[0]);
    expect(ssh.starts()).toBe(1);
  });

  test('is not asked for when the fleet file says all of it', async () => {
    const ssh = countedSsh();
    const route = await resolveRoute({ host: 'GPU', port: 23, user: 'ops', identity: '/keys/a', agent: true });
    expect(route).toEqual([
      {
        host: 'gpu',
        port: 23,
        user: 'ops',
        identities: ['/keys/a'],
        chosenIdentity: '/keys/a',
        agent: '/run/agent.sock',
        knownHosts: [`${homedir}/.ssh/known_hosts`, ...globalFiles],
      },
    ]);
    expect(ssh.starts()).toBe(0);
  });

  test('may be given up by one who waits for it, and still be had by another', async () => {
    const address = { host: 'gpu', agent: true, config: sshConfig('Host gpu\n  Port 24\n') };
    const patience = new AbortController();
    const given = rejection(resolveRoute(address, patience.signal));
    const kept = resolveRoute(address, new AbortController().signal);
    patience.abort();
    expect(await given).toMatchObject({ code: 'CANCELLED' });
    expect(await kept).toMatchObject([{ port: 24 }]);
    expect(await rejection(resolveRoute(address, AbortSignal.abort()))).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('without the program ssh', () => {
  beforeEach(() => void vi.stubEnv('PATH', scratchFolder().path));

  test('an address is taken as it stands', async () => {
    const route = await resolveRoute({ host: 'without-ssh', agent: true, jump: ['gate@[fd00::1]:2222'] });
    expect(hostNames(route)).toEqual(['gate@fd00::1:2222', `${username}@without-ssh:22`]);
    expect(route[1]).toMatchObject({
      identities: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `${homedir}/.ssh/${name}`),
      agent: '/run/agent.sock',
      knownHosts: [`${homedir}/.ssh/known_hosts`, ...globalFiles],
    });
  });

  test('an ssh_config that is named can not be read', async () => {
    expect(await rejection(resolveRoute({ host: 'gpu', agent: true, config: '/etc/ssh/other' }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: '/etc/ssh/other can not be read without the program ssh',
    });
  });
});

describe('a jump host is written', () => {
  test.each([
    ['bastion', { host: 'bastion' }],
    ['ops@bastion', { host: 'bastion', user: 'ops' }],
    ['ops@bastion:2222', { host: 'bastion', user: 'ops', port: 2222 }],
    ['ops@corp@bastion', { host: 'bastion', user: 'ops@corp' }],
    ['[fd00::1]:2222', { host: 'fd00::1', port: 2222 }],
    ['ops@[fd00::1]', { host: 'fd00::1', user: 'ops' }],
    ['fd00::1', { host: 'fd00::1' }],
    ['ops@fd00::1', { host: 'fd00::1', user: 'ops' }],
    ['ssh://ops@bastion:2222', { host: 'bastion', user: 'ops', port: 2222 }],
  ])('%s', (written, name) => expect(jumpName(written)).toEqual(name));

  test.each([
    '',
    'bastion:',
    'bastion:0',
    'bastion:65536',
    'bastion:ssh',
    '-oProxyCommand=x',
    '-l@bastion',
    '[fd00::1',
  ])('but not %j', (written) => expect(jumpName(written)).toBeUndefined());

  test('so, or the address is refused', async () => {
    const address = { host: 'gpu', port: 22, user: 'a', identity: '/k', agent: true, jump: ['bastion:ssh'] };
    expect(await rejection(resolveRoute(address))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: '"bastion:ssh" is no jump host',
    });
  });
});
