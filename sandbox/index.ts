import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultNamed, type Fault } from './faults.ts';
import { fleetFile } from './fleet-file.ts';
import { ggufModel } from './gguf.ts';
import { keyPair } from './keys.ts';
import {
  ecosystem,
  endServices,
  serviceStates,
  startServices,
  stopService,
  type AppState,
  type SandboxPlace,
} from './services.ts';
import { startSshServer } from './ssh-server.ts';

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
  services(): Promise<readonly AppState[]>;
  stop(): Promise<void>;
}

const here = dirname(fileURLToPath(import.meta.url));
const gpu = join(here, 'gpu');
const gpuDevice = join(gpu, 'device-0');
const tensors = ['token_embd.weight', 'blk.0.attn_q.weight', 'blk.0.ffn_down.weight', 'output.weight'];

/**
 * Starts a node on this machine: a real SSH server on loopback and real services under a real pm2; only the GPU is simulated.
 *
 * `fault` is what is wrong with it: by default a model file that was cut off, so that llama fails at every start and the
 * api is degraded by it. `asks`: whether a person has to approve what is done to it. Nothing stays behind: `stop` or the end of this process ends its processes and removes its folder.
 */
export async function startSandbox({ fault = faultNamed('cut_model'), asks = true }: Wanted = {}): Promise<Sandbox> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rackhand-sandbox-')));
  const home = join(folder, 'pm2');
  const clean = () => {
    for (const [event, listener] of endings) process.off(event, listener);
    endServices(home);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  // A pm2 that is just being started can not be ended yet.
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
  const started = fill(folder, home, clean, { fault, asks });
  try {
    return await started;
  } catch (error) {
    clean();
    throw error;
  }
}

interface Wanted {
  readonly fault?: Fault;
  readonly asks?: boolean;
}

async function fill(
  folder: string,
  home: string,
  clean: () => void,
  { fault, asks }: Required<Wanted>,
): Promise<Sandbox> {
  const model = join(folder, 'models', 'tiny-llama.gguf');
  const whole = ggufModel('tiny-llama', tensors, 65_536);
  const wholeModel = join(folder, 'origin', 'whole.gguf');
  for (const name of ['models', 'origin', 'home']) await mkdir(join(folder, name));
  const workerEnv = join(folder, 'worker.env');
  await writeFile(workerEnv, '# Read by the worker when it starts.\nTASKS_AT_ONCE=2\n');
  const app = join(folder, 'app', 'main.py');
  await mkdir(dirname(app));
  await Promise.all([writeFile(wholeModel, whole), writeFile(model, whole), writeFile(app, 'app = FastAPI()\n')]);
  await fault.plant({ model, wholeModel: whole, app, llamaLog: join(home, 'logs', 'llama-error.log') });

  const [apiPort, llamaPort] = await Promise.all([freePort(), freePort()]);
  const { username: user } = userInfo();
  const env = nodeEnv(folder, user);
  const programs = join(here, 'programs');
  const place: SandboxPlace = { home, programs, model, workerEnv, app, gpuDevice, apiPort, llamaPort, env };
  const ecosystemFile = join(folder, 'ecosystem.json');
  await writeFile(ecosystemFile, JSON.stringify(ecosystem(place), null, 2));

  const [hostKey, clientKey] = [keyPair(), keyPair()];
  const overlay = new Map([
    ['/usr/bin/nvidia-smi', join(gpu, 'nvidia-smi')],
    ['/proc/driver/nvidia', join(gpu, 'proc')],
    ['/sys/module/nvidia', join(gpu, 'sys')],
    ...['/dev/nvidiactl', '/dev/nvidia-uvm'].map((path) => [path, join(gpu, 'device')] as const),
    ['/dev/nvidia0', gpuDevice],
  ]);
  await startServices(place, ecosystemFile);
  if (fault.stops !== undefined) await stopService(place, fault.stops);
  const keys = { hostKey: hostKey.private, clientKey: clientKey.public };
  const ssh = await startSshServer({ ...keys, user, env, cwd: env.HOME, overlay });

  const identity = join(folder, 'id_ed25519');
  const knownHosts = join(folder, 'known_hosts');
  const fleetPath = join(folder, 'fleet.yaml');
  const startScript = join(programs, 'start-llama.sh');
  const paths = { folder, model, wholeModel, bytes: whole.length, startScript, workerEnv, app };
  const input = { port: ssh.port, user, identity, knownHosts, pm2Home: home, asks, ...paths };
  await Promise.all([
    writeFile(identity, clientKey.private, { mode: 0o600 }),
    writeFile(knownHosts, `[127.0.0.1]:${ssh.port} ${hostKey.public}\n`),
    writeFile(fleetPath, fleetFile({ ...input, apiPort, llamaPort })),
  ]);
  return {
    port: ssh.port,
    fleetPath,
    folder,
    model,
    wholeModel,
    files: { model, workerEnv, app },
    services: () => serviceStates(place),
    async stop() {
      await ssh.stop();
      clean();
    },
  };
}

/** What a login finds: no secret of the one who started the sandbox, and the simulated GPU's program first. */
function nodeEnv(folder: string, user: string) {
  const path = [gpu, dirname(process.execPath), join(here, '..', 'node_modules', '.bin')];
  return {
    PATH: [...path, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter),
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
