import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeKey } from './sshd.ts';
import { python, supervisordOf, type PlantedProgram } from './planted-programs.ts';

/** What one part of a planted node brings along; the parts of a node are laid over each other. */
export interface Part {
  /** Content by absolute path; what begins with `#!` may be executed. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly programs?: readonly PlantedProgram[];
  /** Services as the fleet file declares them. */
  readonly services?: Readonly<Record<string, object>>;
  /** Other keys of the node in the fleet file. */
  readonly node?: Readonly<Record<string, unknown>>;
  /** Other keys of the fleet file. */
  readonly fleet?: Readonly<Record<string, unknown>>;
  /** Lines of sh: before anything is started, and when all is as the plan says. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Further programs that are started at once, as words. */
  readonly start?: readonly (readonly string[])[];
  /** What files must hold, and how often, before the node is looked at. */
  readonly ready?: readonly Awaited[];
  /** How long the node has been up, as its kernel says: ten days when left out. */
  readonly uptimeSeconds?: number;
  /** The size of its disk, as mount(8) takes it: 2g when left out. */
  readonly room?: string;
  /** Folders of this machine that must be seen there although they lie on a mount of their own. */
  readonly binds?: readonly string[];
}
export interface Awaited {
  readonly file: string;
  readonly text: string;
  readonly times: number;
}

export interface PlantedNode {
  readonly fleetPath: string;
  /** Its file tree, as it sees it. */
  readonly root: string;
  /** What of that is planted, or was written since. */
  readonly written: string;
  stop(): Promise<void>;
}

const programs = fileURLToPath(new URL('../situations/programs/', import.meta.url));
const place = '/opt/situation';
const sshdConfig = `HostKey ${place}/host_key
AuthorizedKeysFile ${place}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
Subsystem sftp internal-sftp
`;

const idle = 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';
/** What an idle machine shows: simulated, as this one may be busy with other tests. */
const calm = {
  [`${place}/calm/loadavg`]: '0.20 0.20 0.20 1/100 100\n',
  [`${place}/calm/pressure/cpu`]: idle,
  [`${place}/calm/pressure/io`]: idle,
  [`${place}/calm/pressure/memory`]: idle,
  '/usr/bin/dmesg': `#!/bin/sh\n# Stands in for dmesg: simulated.\ncat ${place}/dmesg\n`,
  // What this machine's root does at each login is nothing to wait for.
  '/root/.bashrc': '',
  '/root/.zshenv': '',
  [`${place}/dmesg`]:
    '[    0.000000] Linux version 6.8.0 (simulated)\n[    4.200000] systemd[1]: Detected virtualization.\n',
};

/** One pair of keys for all nodes of a test run. */
export function nodeKeys(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rh-keys-'));
  for (const name of ['host', 'client']) makeKey(join(folder, name));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Starts a node that is laid out by `parts`: a real sshd and a real supervisord behind it, in a file tree, a process tree
 * and a network of its own, so that its paths and ports are those of a real node and nothing of it outlives the test.
 *
 * It is ready when every part is. Errors: what the node said when it did not come to that.
 */
export async function plantNode(name: string, parts: readonly Part[], keys: string): Promise<PlantedNode> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-node-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  for (const each of ['room', 'root', 'files']) mkdirSync(join(folder, each));
  const inTree = (path: string) => join(folder, 'files', path);
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(inTree(path)), { recursive: true });
    writeFileSync(inTree(path), content, { mode: isScript(content) ? 0o755 : 0o644 });
  };
  const supervisord = supervisordOf(parts.flatMap((part) => part.programs ?? []));
  const all = [supervisord, ...parts];
  const plan = {
    before: all.flatMap(({ before = [] }) => before),
    after: all.flatMap(({ after = [] }) => after),
    start: all.flatMap(({ start = [] }) => start),
    ready: all.flatMap(({ ready = [] }) => ready),
    sshd: '/usr/sbin/sshd',
  };
  put(`${place}/plan.json`, JSON.stringify(plan));
  put(`${place}/sshd_config`, sshdConfig);
  put('/run/sshd/.planted', '');
  for (const [path, content] of Object.entries(calm)) put(path, content);
  for (const part of all) for (const [path, content] of Object.entries(part.files ?? {})) put(path, content);
  copyFileSync(join(programs, 'first.py'), inTree(`${place}/first.py`));
  copyFileSync(join(keys, 'client.pub'), inTree(`${place}/authorized_keys`));
  copyFileSync(join(keys, 'host'), inTree(`${place}/host_key`));
  chmodSync(inTree(`${place}/host_key`), 0o600);
  const apart = all.flatMap(({ binds = [] }) => binds).filter((path) => statSync(path).dev !== statSync('/').dev);
  writeFileSync(join(folder, 'binds'), apart.map((path) => `${path}\n`).join(''));

  const uptime = String(parts.find(({ uptimeSeconds }) => uptimeSeconds !== undefined)?.uptimeSeconds ?? 864_000);
  const room = parts.find((part) => part.room !== undefined)?.room ?? '2g';
  const words = ['-I', '-S', join(programs, 'launch.py'), python, folder, uptime, room];
  const child = spawn(python, words, { stdio: 'pipe' });
  const stop = async () => {
    await ended(child);
    remove();
  };
  try {
    const port = Number(await readiness(child));
    const fleetPath = join(folder, 'fleet.yaml');
    const [type, key] = readFileSync(join(keys, 'host.pub'), 'utf8').split(' ');
    const knownHosts = join(folder, 'known_hosts');
    writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`);
    const identity = join(keys, 'client');
    const ssh = { host: '127.0.0.1', port, user: 'root', identity, agent: false, knownHosts, config: '/dev/null' };
    const services = Object.assign({}, ...parts.map((part) => part.services)) as object;
    const node = parts.reduce<Readonly<Record<string, unknown>>>((all, part) => merged(all, part.node ?? {}), {
      ssh,
      services,
    });
    const fleet = Object.assign({}, ...parts.map((part) => part.fleet)) as object;
    writeFileSync(fleetPath, JSON.stringify({ ...fleet, nodes: { [name]: node } }));
    const pid = child.pid ?? 0;
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return { fleetPath, root: `/proc/${first}/root`, written: `/proc/${pid}/root${folder}/room/upper`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lists of two parts follow each other. */
const merged = (all: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>>) => ({
  ...all,
  ...Object.fromEntries(
    Object.entries(more).map(([key, value]) => {
      const before = all[key];
      return [key, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value];
    }),
  ),
});

const readyMs = 45_000;
const isScript = (content: string | Uint8Array) => Buffer.from(content.slice(0, 2) as string).toString() === '#!';

/** The port on which SSH is served, when the node is as planned. */
async function readiness(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  let port = '';
  return await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`the planted node is not ready:\n${said.join('')}`)), readyMs).unref();
    child.stderr?.on('data', (data: Buffer) => said.push(String(data)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (line === 'ready') resolve(port);
      else port ||= line;
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`the planted node ended:\n${said.join('')}`)));
  });
}

/** With the first process of the node everything in it ends. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
