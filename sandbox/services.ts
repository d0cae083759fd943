import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

export interface SandboxPlace {
  /** PM2_HOME. */
  readonly home: string;
  readonly programs: string;
  readonly model: string;
  /** What the worker reads when it starts. */
  readonly workerEnv: string;
  /** The module that the api loads. */
  readonly app: string;
  /** What stands for the device of the simulated GPU. */
  readonly gpuDevice: string;
  readonly apiPort: number;
  readonly llamaPort: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface AppState {
  readonly name: string;
  readonly status: string;
  readonly restarts: number;
  readonly pid: number;
}

const pm2 = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin', 'pm2');
const jlistSchema = z.array(
  z.object({ name: z.string(), pid: z.number(), pm2_env: z.object({ status: z.string(), restart_time: z.number() }) }),
);

const pm2Env = ({ env, home }: SandboxPlace): Record<string, string> => ({
  ...env,
  PM2_HOME: home,
  PM2_DISABLE_VERSION_CHECK: 'true',
});

/** In a session of its own, so that a Ctrl-C meant for us does not leave a daemon that is half started. */
async function callPm2(place: SandboxPlace, ...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [pm2, ...words], {
    env: pm2Env(place),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`pm2 ${words[0]} failed: ${stderr}${stdout}`);
  return stdout;
}

/** What pm2 is told to run: a model server behind its start script, an api that needs it, and a worker. */
export function ecosystem({ programs, model, workerEnv, app, gpuDevice, apiPort, llamaPort }: SandboxPlace) {
  const node = { interpreter: process.execPath, cwd: programs };
  return {
    apps: [
      {
        ...node,
        name: 'llama',
        script: join(programs, 'start-llama.sh'),
        interpreter: '/bin/sh',
        args: [model, String(llamaPort)],
        env: { NODE: process.execPath, GPU_DEVICE: gpuDevice },
        // It fails again and again, as on a node where nobody looks.
        restart_delay: 1_000,
        max_restarts: 100_000,
      },
      {
        ...node,
        name: 'api',
        script: join(programs, 'api.mjs'),
        args: [String(apiPort), `http://127.0.0.1:${llamaPort}/health`, app],
        restart_delay: 1_000,
        max_restarts: 100_000,
      },
      { ...node, name: 'worker', script: join(programs, 'worker.mjs'), args: [workerEnv] },
    ],
  };
}

/** Starts pm2 with its own home and, under it, the services. */
export async function startServices(place: SandboxPlace, file: string): Promise<void> {
  await callPm2(place, 'start', file, '--silent');
}

/** Stops one of them, as somebody did who forgot to start it again. */
export async function stopService(place: SandboxPlace, name: string): Promise<void> {
  await callPm2(place, 'stop', name, '--silent');
}

/** The services as pm2 sees them. */
export async function serviceStates(place: SandboxPlace): Promise<readonly AppState[]> {
  const list = await callPm2(place, 'jlist', '--silent');
  const apps = jlistSchema.parse(JSON.parse(list.slice(list.indexOf('['))));
  return apps.map(({ name, pid, pm2_env: { status, restart_time: restarts } }) => ({ name, pid, status, restarts }));
}

/** Ends pm2's daemon and every service at once, by their ids; it works while this process exits. Returns the ids. */
export function endServices(home: string): readonly number[] {
  const [daemon] = pidsIn([join(home, 'pm2.pid')]);
  if (daemon === undefined) return [];
  // Stopped, it starts nothing more while its services are ended.
  signal(daemon, 'SIGSTOP');
  const pids = [daemon, ...new Set([...childrenOf(daemon), ...pidsIn(filesOf(join(home, 'pids')))])];
  for (const pid of pids) signal(pid, 'SIGKILL');
  return pids;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const pidsIn = (files: readonly string[]): readonly number[] =>
  files.map((file) => Number(textOf(file))).filter((pid) => Number.isInteger(pid) && pid > 1);

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Where the kernel tells (Linux); elsewhere the pid files that pm2 writes must do. */
const childrenOf = (pid: number): readonly number[] =>
  textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
