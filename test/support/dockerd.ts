import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftOf, pidsOf } from './processes.ts';
import { has } from './requires.ts';
import { until } from './until.ts';

const busybox = '/bin/busybox';
/** Only a static program is a whole image by itself: it names no loader. */
const isStatic = existsSync(busybox) && !readFileSync(busybox).subarray(0, 4_096).includes('/ld-');

/** Whether a container engine can be started here; a suite without one is skipped and says so in its name. */
export const hasEngine = has('dockerd') && isStatic && process.getuid?.() === 0;

/** What a container is made of, besides its image: as the Engine API takes it. */
export interface ContainerOptions {
  readonly name: string;
  readonly cmd: readonly string[];
  /** What compose would write on it. */
  readonly compose?: {
    readonly project: string;
    readonly service: string;
    readonly number?: number;
    readonly config?: string;
  };
  readonly env?: readonly string[];
  readonly host?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A real container engine on a socket of its own, with one small image, `busybox`. */
export interface Dockerd {
  readonly folder: string;
  readonly socket: string;
  /** `unix:///…/d.sock`, as the fleet file names it. */
  readonly server: string;
  readonly pid: number;
  /** Speaks to the engine. */
  api(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: string }>;
  /** Makes a container on the network of this machine, and starts it. */
  run(options: ContainerOptions): Promise<string>;
  /** Makes one and does not start it. */
  create(options: ContainerOptions): Promise<string>;
  /** Kills it: its socket and its containers are left. */
  kill(): Promise<void>;
  /** Starts it again in the same place: it ends what was left of its containers, and starts those anew that it must. */
  again(): Promise<void>;
  /** Removes its containers, ends it, and leaves nothing behind. */
  end(): Promise<void>;
}

/** Starts one and waits until it answers. */
export async function startDockerd(): Promise<Dockerd> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-dockerd-'));
  const socket = join(folder, 'd.sock');
  let child = launch(folder);
  const api = (method: string, path: string, body?: unknown) => ask(socket, method, path, body);
  const answers = async () => (await api('GET', '/_ping').catch(() => undefined))?.status === 200;
  await until(answers, 30_000);
  await importBusybox(socket, folder);

  async function create(options: ContainerOptions): Promise<string> {
    const made = await api('POST', `/containers/create?name=${options.name}`, bodyOf(options));
    if (made.status !== 201) throw new Error(`no container ${options.name}: ${made.body}`);
    return (JSON.parse(made.body) as { Id: string }).Id;
  }

  const lives = () => child.exitCode === null && child.signalCode === null;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (!lives()) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async function again(): Promise<void> {
    // What it started dies with it. Where nobody reaps that, its number looks like one that lives.
    await leftOf(join(folder, 'exec', 'containerd', 'containerd.toml'));
    for (const file of ['pid', 'exec/containerd/containerd.pid']) rmSync(join(folder, file), { force: true });
    child = launch(folder);
    await until(answers, 30_000);
  }

  return {
    folder,
    socket,
    server: `unix://${socket}`,
    get pid() {
      return child.pid ?? 0;
    },
    api,
    create,
    async run(options) {
      const id = await create(options);
      const started = await api('POST', `/containers/${id}/start`);
      if (started.status !== 204) throw new Error(`${options.name} does not start: ${started.body}`);
      return id;
    },
    kill: () => stop('SIGKILL'),
    again,
    async end() {
      if (!lives()) await again();
      const all = JSON.parse((await api('GET', '/containers/json?all=true')).body) as readonly { Id: string }[];
      await Promise.all(all.map(({ Id }) => api('DELETE', `/containers/${Id}?force=true&v=true`)));
      await stop('SIGTERM');
      // A shim of a container that ended while no engine lived.
      for (const pid of pidsOf(join(folder, 'exec', 'containerd', 'containerd.sock'))) process.kill(pid, 'SIGKILL');
      unmount(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launch(folder: string) {
  const at = (name: string) => join(folder, name);
  const places = [
    '--data-root',
    at('data'),
    '--exec-root',
    at('exec'),
    '-p',
    at('pid'),
    '-H',
    `unix://${at('d.sock')}`,
  ];
  const alone = ['--storage-driver=vfs', '--iptables=false', '--ip6tables=false', '--bridge=none', '--ip-masq=false'];
  return spawn('dockerd', [...places, ...alone, '--shutdown-timeout=2'], { stdio: 'ignore' });
}

const applets = ['sh', 'sleep', 'cat', 'true', 'false', 'echo', 'httpd', 'kill', 'nc', 'date'];

/** One program and the names that it answers to are a whole image. */
async function importBusybox(socket: string, folder: string): Promise<void> {
  const bin = join(folder, 'image', 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(busybox, join(bin, 'busybox'));
  for (const applet of applets) symlinkSync('busybox', join(bin, applet));
  const tar = execFileSync('tar', ['-C', join(folder, 'image'), '-c', '.'], { maxBuffer: 64 * 1024 ** 2 });
  const { status, body } = await ask(socket, 'POST', '/images/create?fromSrc=-&repo=busybox&tag=test', tar);
  if (status !== 200 || body.includes('"error"')) throw new Error(`no image: ${body}`);
}

function bodyOf({ cmd, compose, env = [], host = {}, config = {} }: ContainerOptions) {
  const labels =
    compose === undefined
      ? {}
      : {
          'com.docker.compose.project': compose.project,
          'com.docker.compose.service': compose.service,
          'com.docker.compose.container-number': String(compose.number ?? 1),
          'com.docker.compose.oneoff': 'False',
          ...(compose.config !== undefined && { 'com.docker.compose.project.config_files': compose.config }),
        };
  return {
    Image: 'busybox:test',
    Cmd: cmd,
    Env: env,
    Labels: labels,
    HostConfig: { NetworkMode: 'host', ...host },
    ...config,
  };
}

function ask(socketPath: string, method: string, path: string, body?: unknown) {
  const raw = Buffer.isBuffer(body);
  const headers = body === undefined ? {} : { 'content-type': raw ? 'application/x-tar' : 'application/json' };
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(raw ? body : body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What an engine has mounted for its containers and did not unmount. */
function unmount(folder: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.toReversed()) execFileSync('umount', [path]);
}
