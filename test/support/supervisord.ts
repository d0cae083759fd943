import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervisor } from '../../src/services/supervisor.ts';
import { drive } from './drive.ts';
import { until } from './until.ts';

/** A real supervisord in a folder of its own. */
export interface Supervisord {
  readonly folder: string;
  readonly config: string;
  /** Writes the configuration anew with these programs; supervisord is not told. */
  write(programs: string): void;
  /** The pid of a program that runs. */
  pidOf(unit: string): Promise<number | undefined>;
  /** Ends it; with SIGKILL its programs live on. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts one, with files beside its configuration, and waits until it answers. What it leaves behind after SIGKILL is for the caller to end. */
export async function startSupervisord(
  programs: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Supervisord> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-supervisord-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const config = join(folder, 'supervisord.conf');
  const write = (text: string) =>
    writeFileSync(
      config,
      `[unix_http_server]
file=%(here)s/supervisor.sock
[supervisord]
nodaemon=true
logfile=%(here)s/supervisord.log
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
${text}`,
    );
  write(programs);
  const child: ChildProcess = spawn('supervisord', ['-n', '-c', config], { stdio: 'ignore' });
  const list = () => drive(supervisor.list({ config }, []));
  await until(async () => (await list()).reachable, 20_000);
  return {
    folder,
    config,
    write,
    async pidOf(unit) {
      const answer = await list();
      const state = answer.reachable ? answer.services.find((each) => each.unit === unit) : undefined;
      return state?.state === 'running' ? (state.pid ?? undefined) : undefined;
    },
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'exit');
      }
      if (signal === 'SIGTERM') rmSync(folder, { recursive: true, force: true });
    },
  };
}
