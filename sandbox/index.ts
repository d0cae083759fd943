import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appsOf } from './apps.ts';
import type { Fault } from './fault.ts';
import { modelFaults } from './faults/model.ts';
import { fleetFile } from './fleet-file.ts';
import { ggufModel } from './gguf.ts';
import { keyPair } from './keys.ts';
import { makeMachine, reserveMemory, simulateKernel } from './machine.ts';
import { installedManagers, managerPackages } from './managers.ts';
import { canOwnLock, dropLock } from './own-lock.ts';
import type { Place } from './place.ts';
import { pm2Host } from './pm2-host.ts';
import type { Manager, ServiceHost, ServiceState } from './service-host.ts';
import { startSshServer } from './ssh-server.ts';
import { supervisorHost } from './supervisor-host.ts';

export interface Sandbox {
  /** Of its SSH server, on 127.0.0.1. */
  readonly port: number;
  readonly fleetPath: string;
  /** Everything that the sandbox wrote. */
  readonly folder: string;
  readonly model: string;
  /** The whole model file, as the place has it that the node's copy came from: copied over `model` it ends the incident. */
  readonly wholeModel: string;
  /** Files that somebody may change, by what they are. */
  readonly files: Readonly<Record<'model' | 'workerEnv' | 'app', string>>;
  /** What runs its services; undefined where it has none. */
  readonly manager: Manager | undefined;
  readonly place: Place;
  services(): Promise<readonly ServiceState[]>;
  /** From now on a person has to approve what is done to it, or nobody. */
  approves(asks: boolean): Promise<void>;
  /** Does something before all of it is removed, however it ends; to call what comes back forgets it. */
  atEnd(act: () => void): () => void;
  stop(): Promise<void>;
}

interface Wanted {
  readonly fault?: Fault;
  readonly asks?: boolean;
  /** Whether it has a kernel log of its own, simulated; the one of this machine without. */
  readonly ownKernel?: boolean;
}

// In the package they lie beside what they were built into.
const here = dirname(fileURLToPath(import.meta.url));
const parts = existsSync(join(here, 'programs')) ? here : join(here, 'sandbox');
const programs = join(parts, 'programs');
const tensors = ['token_embd.weight', 'blk.0.attn_q.weight', 'blk.0.ffn_down.weight', 'output.weight'];
const hosts = { pm2: pm2Host, supervisor: supervisorHost };

/** The manager that a fault is planted under here; what it lacks where that is none. */
export function managerFor({ managers }: Fault): { readonly manager?: Manager; readonly lacks?: string } {
  const installed = installedManagers();
  const manager = managers.find((each) => installed[each] !== undefined);
  if (manager !== undefined) return { manager };
  return managers.length === 0 ? {} : { lacks: managers.map((each) => managerPackages[each]).join(' or ') };
}

/**
 * Starts a node on this machine: a real SSH server on loopback and real services under a real manager; only the GPU is simulated.
 *
 * `fault` is what is wrong with it: by default a model file that was cut off, so that llama fails at every start and the
 * api is degraded by it. `asks`: whether a person has to approve what is done to it. Nothing stays behind: `stop` or the end of this process ends its processes and removes its folder.
 *
 * Errors: where the fault needs a manager that this machine lacks.
 */
export async function startSandbox({
  fault = modelFaults[0],
  asks = true,
  ownKernel = false,
}: Wanted = {}): Promise<Sandbox> {
  if (fault === undefined) throw new Error('no fault');
  const { manager, lacks } = managerFor(fault);
  if (lacks !== undefined) throw new Error(`${fault.name} needs ${lacks}.`);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rackhand-sandbox-')));
  const { username: user } = userInfo();
  const program = manager && installedManagers()[manager];
  const machine = join(folder, 'machine');
  const env = nodeEnv({ folder, user, path: [machine, ...(program === undefined ? [] : [program.folder])] });
  const host = manager && program && hosts[manager](program, folder, env);
  const ends = new Set<() => void>();
  const clean = () => {
    for (const [event, listener] of endings) process.off(event, listener);
    for (const act of ends) act();
    host?.end();
    if (!canOwnLock()) dropLock(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  // A manager that is just being started can not be ended yet.
  const cleanAndEnd = async (signal: NodeJS.Signals) => {
    await started.catch(() => {});
    clean();
    process.kill(process.pid, signal);
  };
  const endings = [
    ['exit', clean],
    ...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => [signal, () => void cleanAndEnd(signal)] as const),
  ] as const;
  for (const [event, listener] of endings) process.on(event, listener);
  const started = fill({ folder, user, env, host, clean, ends }, { fault, asks, ownKernel });
  try {
    return await started;
  } catch (error) {
    clean();
    throw error;
  }
}

interface Begun {
  readonly folder: string;
  readonly user: string;
  readonly env: ReturnType<typeof nodeEnv>;
  readonly host: ServiceHost | undefined;
  clean(): void;
  readonly ends: Set<() => void>;
}

async function fill(
  { folder, user, env, host, clean, ends }: Begun,
  { fault, asks, ownKernel }: Required<Wanted>,
): Promise<Sandbox> {
  const machine = await makeMachine(join(folder, 'machine'), join(parts, 'gpu'));
  const [api, llama, ollama] = await Promise.all([freePort(), freePort(), freePort()]);
  const place: Place = {
    ...(await filesIn(folder)),
    folder,
    programs,
    machine,
    host,
    ports: { api, llama, ollama },
  };
  if (ownKernel) await simulateKernel(machine);
  await reserveMemory(machine, fault.reserves ?? {});
  await fault.plant?.(place);
  if (host !== undefined) await host.start(appsOf(place, fault));
  if (fault.stops !== undefined) await host?.stop(fault.stops);

  const [hostKey, clientKey] = [keyPair(), keyPair()];
  const keys = { hostKey: hostKey.private, clientKey: clientKey.public };
  const { room } = place;
  const lock = canOwnLock() ? join(folder, 'lock') : undefined;
  if (lock !== undefined) {
    await mkdir(lock);
    await chmod(lock, 0o1777);
    machine.overlay.set('/run/lock', lock);
  }
  const ssh = await startSshServer({ ...keys, user, env, cwd: env.HOME, overlay: machine.overlay, room, lock });
  const identity = join(folder, 'id_ed25519');
  const knownHosts = join(folder, 'known_hosts');
  const fleetPath = join(folder, 'fleet.yaml');
  const approves = (asking: boolean) =>
    writeFile(
      fleetPath,
      fleetFile(place, { port: ssh.port, user, identity, knownHosts }, { fault, asks: asking, ownKernel }),
    );
  await Promise.all([
    writeFile(identity, clientKey.private, { mode: 0o600 }),
    writeFile(knownHosts, `[127.0.0.1]:${ssh.port} ${hostKey.public}\n`),
    approves(asks),
  ]);
  const { model, wholeModel, workerEnv, app } = place;
  return {
    port: ssh.port,
    fleetPath,
    folder,
    model,
    wholeModel,
    files: { model, workerEnv, app },
    manager: host?.manager,
    place,
    services: async () => (await host?.states()) ?? [],
    approves,
    atEnd(act) {
      ends.add(act);
      return () => ends.delete(act);
    },
    async stop() {
      await ssh.stop();
      clean();
    },
  };
}

/** The files of a node as they are before a fault is planted. */
async function filesIn(folder: string) {
  const [model, wholeModel] = [join(folder, 'models', 'tiny-llama.gguf'), join(folder, 'origin', 'whole.gguf')];
  const [workerEnv, app] = [join(folder, 'worker.env'), join(folder, 'app', 'main.py')];
  const whole = ggufModel('tiny-llama', tensors, 65_536);
  for (const name of ['models', 'origin', 'home', 'app']) await mkdir(join(folder, name));
  await Promise.all([
    writeFile(wholeModel, whole),
    writeFile(model, whole),
    writeFile(workerEnv, '# Read by the worker when it starts.\nTASKS_AT_ONCE=2\n'),
    writeFile(app, 'app = FastAPI()\n'),
  ]);
  return { model, wholeModel, modelBytes: whole.length, workerEnv, app };
}

/** What a login finds: no secret of the one who started the sandbox, and the simulated GPU's program first. */
function nodeEnv({ folder, user, path }: { folder: string; user: string; path: readonly string[] }) {
  const system = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return {
    PATH: [...path, dirname(process.execPath), ...system].join(delimiter),
    HOME: join(folder, 'home'),
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}
