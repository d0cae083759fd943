import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { opensshConfig } from './openssh-config.ts';
import { opensshError } from './openssh-error.ts';
import type { SshWords } from './openssh-executor.ts';
import type { Target } from './tunnel.ts';

// It also ends what a client that crashed left running.
const idleSeconds = 60;

/** One `ssh` that is logged in to a node and shared by all that is asked there. */
export interface Master {
  /** Logs in unless that was done and still holds. Errors: those of `opensshError`, `CANCELLED`. */
  connect(signal?: AbortSignal): Promise<void>;
  readonly words: SshWords;
  /** A unix socket of this machine that leads to a port or socket of the node; undefined where that can't be made. */
  forward(target: Target): Promise<string | undefined>;
  /** Ends it; the next `connect` logs in again. */
  drop(): Promise<void>;
  stop(): Promise<void>;
}

/** `prefix` is where its files go: short, because the path of a unix socket has room for some 100 bytes. */
export function createMaster(node: Node, prefix: string): Master {
  const { host, port, user, jump } = node.ssh;
  const config = `${prefix}c`;
  const control = `${prefix}s`;
  const route = [
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(jump === undefined || jump.length === 0 ? [] : ['-J', jump.join(',')]),
    ...(node.host_key === 'ephemeral'
      ? ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'GlobalKnownHostsFile=/dev/null']
      : []
    ).flatMap((option) => ['-o', option]),
  ];
  const forwards = new Map<string, Promise<string | undefined>>();
  let connecting: Promise<void> | undefined;

  const words = (...more: readonly string[]) => ['ssh', '-F', config, ...more] as const;
  const ssh = (...more: readonly string[]) =>
    execa('ssh', ['-F', config, ...more], { reject: false, stdin: 'ignore', stdout: 'ignore' });
  const toMaster = (...more: readonly string[]) => ssh('-S', control, '-O', ...more, '--', host);

  async function logIn(): Promise<void> {
    forwards.clear();
    await writeFile(config, opensshConfig(node.ssh), { mode: 0o600 });
    const background = ['-M', '-N', '-f', '-T', '-o', `ControlPersist=${idleSeconds}`];
    const { exitCode, stderr, code } = await ssh('-S', control, ...route, ...background, '--', host);
    if (exitCode === 0) return;
    if (code === 'ENOENT')
      throw new OpsError('CONFIG_INVALID', `${node.name} is to be reached by ssh, which is not on this machine.`, {
        hint: 'Install the OpenSSH client, or take `transport: openssh` out of the fleet file.',
      });
    throw opensshError(node, /kex_exchange|UNKNOWN port/.test(stderr) ? await retold(stderr) : stderr);
  }

  /** What the jump hosts say is not shown by an `ssh` that shares its connection, so one that does not is asked. */
  async function retold(said: string): Promise<string> {
    const { exitCode, stderr } = await ssh(
      '-S',
      'none',
      ...route,
      '-o',
      'ControlMaster=no',
      '-T',
      '--',
      host,
      'exit 0',
    );
    return exitCode === 0 ? said : stderr;
  }

  async function forwardTo(to: string): Promise<string | undefined> {
    const local = `${prefix}f${forwards.size}`;
    const { exitCode } = await toMaster('forward', '-L', `${local}:${to}`);
    return exitCode === 0 ? local : undefined;
  }

  async function drop(): Promise<void> {
    if (existsSync(control)) await toMaster('exit');
    await rm(control, { force: true });
  }

  return {
    async connect(signal) {
      if (connecting === undefined && existsSync(control)) return;
      connecting ??= logIn().finally(() => (connecting = undefined));
      await unless(signal, connecting);
    },
    words: {
      // Without the shared connection it must fail: ssh would make one by itself, and a command could run twice.
      shared: (line) =>
        words('-S', control, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-T', '--', host, line),
      alone: (line) => words('-S', 'none', '-o', 'ControlMaster=no', ...route, '-T', '--', host, line),
    },
    async forward(target) {
      const to = 'socket' in target ? target.socket : addressOf(target);
      // ssh has no way to write such a path.
      if ('socket' in target && target.socket.includes(':')) return undefined;
      const made = forwards.get(to) ?? forwardTo(to);
      forwards.set(to, made);
      return await made;
    },
    drop,
    async stop() {
      await connecting?.catch(() => {});
      await drop();
    },
  };
}

const addressOf = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Stops waiting when the signal says so; others may wait for the same. */
async function unless<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return await work;
  work.catch(() => {});
  return await new Promise<T>((resolve, reject) => {
    const aborted = () => reject(new OpsError('CANCELLED', 'cancelled while ssh logged in'));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
