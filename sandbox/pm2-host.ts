import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { ManagerProgram } from './managers.ts';
import { endTree, filesOf, pidsIn, type App, type ServiceHost } from './service-host.ts';

const jlistSchema = z.array(
  z.object({ name: z.string(), pid: z.number(), pm2_env: z.object({ status: z.string(), restart_time: z.number() }) }),
);

/** pm2 with its own home. */
export function pm2Host({ words }: ManagerProgram, folder: string, env: Readonly<Record<string, string>>): ServiceHost {
  const home = join(folder, 'pm2');
  /** In a session of its own, so that a Ctrl-C meant for us does not leave a daemon that is half started. */
  const call = async (...more: readonly string[]): Promise<string> => {
    const [program, ...first] = words;
    const child = spawn(program, [...first, ...more, '--silent'], {
      env: { ...env, PM2_HOME: home, PM2_DISABLE_VERSION_CHECK: 'true' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    if (child.exitCode !== 0) throw new Error(`pm2 ${more[0]} failed: ${stderr}${stdout}`);
    return stdout;
  };
  const logs = join(home, 'logs');
  return {
    manager: 'pm2',
    declared: { manager: 'pm2', home },
    logs: (name) => ({ out: join(logs, `${name}-out.log`), err: join(logs, `${name}-error.log`) }),
    async start(apps) {
      const file = join(folder, 'ecosystem.json');
      await mkdir(home, { recursive: true });
      await writeFile(file, JSON.stringify({ apps: apps.map((app) => entry(app, env)) }, null, 2));
      await call('start', file);
    },
    stop: async (name) => void (await call('stop', name)),
    async states() {
      const list = await call('jlist');
      const apps = jlistSchema.parse(JSON.parse(list.slice(list.indexOf('['))));
      return apps.map(({ name, pid, pm2_env: { status, restart_time: restarts } }) => ({
        name,
        pid,
        status,
        restarts,
      }));
    },
    end() {
      const [daemon] = pidsIn([join(home, 'pm2.pid')]);
      if (daemon !== undefined) endTree(daemon, pidsIn(filesOf(join(home, 'pids'))));
    },
  };
}

const entry = (
  { name, words: [interpreter, script = '', ...args], env: own }: App,
  { HOME }: Readonly<Record<string, string>>,
) => ({
  name,
  interpreter,
  script,
  args,
  cwd: HOME,
  env: own,
  // It fails again and again, as on a node where nobody looks.
  restart_delay: 1_000,
  max_restarts: 100_000,
});
