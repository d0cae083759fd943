import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Node } from '../../src/core/node.ts';
import type { LockRoom } from './lock-room.ts';
import { testNode } from './node.ts';

const program = '/usr/sbin/sshd';
const nowhere: Pick<LockRoom, 'words'> = { words: (words) => [...words] };

/** A real sshd on loopback with keys of its own; every login is by `keyFile`. */
export interface Sshd {
  readonly folder: string;
  readonly port: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** The private key of the host; its public half lies beside it with `.pub`. */
  readonly hostKeyFile: string;
  /** An ssh_config with the alias `sandbox`, for the system's own `ssh`. */
  readonly sshConfig: string;
  /** What sshd logged so far, at level VERBOSE. */
  log(): string;
  /** How many logins succeeded so far. */
  logins(): number;
  /** Pids of the sshd processes that serve connections now. */
  sessions(): number[];
  /** Ends the serving processes without a goodbye; sshd itself goes on listening. */
  killSessions(): void;
  /** Ends the listener only: nobody gets in any more, and open connections live on. */
  refuseLogins(): Promise<void>;
  /** Ends everything without a goodbye: the port refuses from now on. */
  kill(): Promise<void>;
  /** SIGSTOP to the serving processes: the connection stays open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Listens again on the same port after `kill`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts sshd as the caller, which has to be root for logins of other users.
 *
 * `lines` are put before the defaults of the sshd_config, and the first value of a keyword counts; `room` is where it
 * finds other folders than this process does.
 */
export async function startSshd({
  lines = [],
  sftp = true,
  room = nowhere,
}: { lines?: readonly string[]; sftp?: boolean; room?: Pick<LockRoom, 'words'> } = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-sshd-'));
  // sshd reads authorized_keys as the user who logs in.
  chmodSync(folder, 0o755);
  mkdirSync('/run/sshd', { recursive: true });
  const [keyFile, hostKeyFile, sshConfig] = ['client', 'host', 'ssh_config'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const file of [keyFile, hostKeyFile]) makeKey(file);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${keyFile}.pub`), { mode: 0o644 });
  const port = await freePort();
  const knownHostsFile = join(folder, 'known_hosts');
  const [type, key] = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ');
  writeFileSync(knownHostsFile, `[127.0.0.1]:${port} ${type} ${key}\n`);
  const config = join(folder, 'sshd_config');
  writeFileSync(
    config,
    [
      ...lines,
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel VERBOSE',
      'PrintMotd no',
      ...(sftp ? ['Subsystem sftp internal-sftp'] : []),
      // What this machine's root does at each login is nothing to wait for: within another shell, bash skips ~/.bashrc.
      'Match User root',
      '  SetEnv SHLVL=1',
      '',
    ].join('\n'),
  );
  writeFileSync(
    sshConfig,
    [
      'Host sandbox',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      '  User root',
      `  IdentityFile ${keyFile}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${knownHostsFile}`,
      '  BatchMode yes',
      '',
    ].join('\n'),
  );

  const logged: string[] = [];
  const orphaned: number[] = [];
  // A test that fails before it stops its sshd leaves nothing behind either.
  const atExit = () => {
    const serving = sessions();
    listener?.kill('SIGKILL');
    signalAll([...serving, ...orphaned], 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  let listener: ChildProcess | undefined;
  const start = async () => {
    const [first, ...words] = room.words([program, '-D', '-e', '-f', config]);
    const child = spawn(first, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    listener = child;
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        logged.push(line);
        if (line.includes('Server listening')) resolve();
      });
      child.once('exit', () => reject(new Error(`sshd ended:\n${logged.join('\n')}`)));
      child.once('error', reject);
    });
  };
  const sessions = () => (listener?.pid === undefined ? [] : sshdsBelow(listener.pid));
  const killSessions = () => signalAll(sessions(), 'SIGKILL');
  const endListener = async (name: NodeJS.Signals) => {
    const child = listener;
    if (child === undefined) return;
    orphaned.push(...sessions());
    listener = undefined;
    child.kill(name);
    await once(child, 'exit');
  };
  const end = async (name: NodeJS.Signals) => {
    await endListener(name);
    signalAll(orphaned.splice(0), 'SIGKILL');
  };
  await start();
  return {
    folder,
    port,
    keyFile,
    knownHostsFile,
    hostKeyFile,
    sshConfig,
    log: () => logged.join('\n'),
    logins: () => logged.filter((line) => line.startsWith('Accepted publickey')).length,
    sessions,
    killSessions,
    refuseLogins: () => endListener('SIGKILL'),
    kill: () => end('SIGKILL'),
    freeze: () => signalAll(sessions(), 'SIGSTOP'),
    thaw: () => signalAll(sessions(), 'SIGCONT'),
    start,
    async stop() {
      await end('SIGTERM');
      process.off('exit', atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A node whose address is this sshd; `declared` adds to it or overrides, `ssh` key by key. */
export function sshNode(sshd: Sshd, declared: Record<string, unknown> = {}, name = 'gpu-1'): Node {
  const { ssh, ...rest } = declared;
  return testNode(
    {
      ...rest,
      ssh: {
        host: '127.0.0.1',
        port: sshd.port,
        user: 'root',
        identity: sshd.keyFile,
        agent: false,
        knownHosts: sshd.knownHostsFile,
        config: '/dev/null',
        ...(ssh as object | undefined),
      },
    },
    name,
  );
}

/** A user of this machine without any rights, with a home and `shell`, until `remove`. */
export function plainUser(shell = '/bin/sh'): { name: string; home: string; remove(): void } {
  const name = `rh${process.pid}x${(madeUsers += 1)}`;
  const home = mkdtempSync(join(tmpdir(), 'rh-home-'));
  // A password of "*" can never match; useradd's own default "!" would count as locked, which sshd refuses.
  execFileSync('useradd', ['--no-create-home', '--home-dir', home, '--shell', shell, '--password', '*', name]);
  execFileSync('chown', [name, home]);
  return {
    name,
    home,
    remove() {
      execFileSync('userdel', ['--force', name], { stdio: 'ignore' });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
let madeUsers = 0;

/** Makes an ed25519 key pair at `file` and `file.pub`. */
export function makeKey(file: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file]);
}

/** A port on loopback that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function sshdsBelow(pid: number): number[] {
  const children = quietly(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) ?? '';
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .filter((child) => quietly(() => readFileSync(`/proc/${child}/comm`, 'utf8'))?.startsWith('sshd'))
    .flatMap((child) => [child, ...sshdsBelow(child)]);
}

const signalAll = (pids: readonly number[], name: NodeJS.Signals) => {
  for (const pid of pids) quietly(() => process.kill(pid, name));
};

function quietly<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
