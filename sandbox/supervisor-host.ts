import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { ManagerProgram } from './managers.ts';
import { endTree, textOf, type App, type ServiceHost, type ServiceState } from './service-host.ts';

const patienceMs = 20_000;

/** supervisord with its own configuration and socket. */
export function supervisorHost(
  { words: [program] }: ManagerProgram,
  folder: string,
  env: Readonly<Record<string, string>>,
): ServiceHost {
  const home = join(folder, 'supervisor');
  const config = join(home, 'supervisord.conf');
  const socketPath = join(home, 'supervisor.sock');
  const ownLog = join(home, 'supervisord.log');
  let daemon: number | undefined;
  const call = async (method: string, ...args: readonly string[]): Promise<string> => {
    const params = args.map((each) => `<param><value><string>${each}</string></value></param>`).join('');
    const asked = request({ socketPath, path: '/RPC2', method: 'POST', headers: { 'content-type': 'text/xml' } });
    asked.end(
      `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`,
    );
    const [response] = await once(asked, 'response');
    const said = await text(response);
    if (/<fault>/.test(said)) throw new Error(`supervisord refused ${method}: ${said}`);
    return said;
  };
  return {
    manager: 'supervisor',
    declared: { manager: 'supervisor', config },
    logs: (name) => ({ out: join(home, 'logs', `${name}.log`), err: join(home, 'logs', `${name}.err`) }),
    async start(apps) {
      await mkdir(join(home, 'logs'), { recursive: true });
      await writeFile(config, configuration(apps, { home, socketPath, ownLog }));
      // In a session of its own, so that a Ctrl-C meant for us does not reach it before we end it.
      const child = spawn(program, ['-n', '-c', config], { env, detached: true, stdio: 'ignore', cwd: home });
      daemon = child.pid;
      child.on('error', () => undefined);
      child.unref();
      const until = Date.now() + patienceMs;
      for (;;) {
        const answers = await call('supervisor.getState').then(
          () => true,
          () => false,
        );
        if (answers) return;
        if (Date.now() > until || child.exitCode !== null)
          throw new Error(`supervisord does not come up: ${textOf(ownLog).slice(-500)}`);
        await pause(100);
      }
    },
    stop: async (name) => void (await call('supervisor.stopProcess', name)),
    states: async () => statesIn(await call('supervisor.getAllProcessInfo'), textOf(ownLog)),
    end() {
      if (daemon !== undefined) endTree(daemon);
    },
  };
}

interface Paths {
  readonly home: string;
  readonly socketPath: string;
  readonly ownLog: string;
}

const configuration = (apps: readonly App[], { home, socketPath, ownLog }: Paths): string =>
  [
    `[unix_http_server]\nfile=${socketPath}`,
    `[supervisord]\nlogfile=${ownLog}\npidfile=${home}/supervisord.pid\nchildlogdir=${home}/logs`,
    '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
    `[supervisorctl]\nserverurl=unix://${socketPath}`,
    ...apps.map((app) => section(app, home)),
    '',
  ].join('\n');

/** A percent sign begins a placeholder there. */
const literal = (value: string) => `"${value.replaceAll('%', '%%')}"`;

const section = ({ name, words, env = {} }: App, home: string): string =>
  [
    `[program:${name}]`,
    `command=${words.map(literal).join(' ')}`,
    `environment=${Object.entries(env)
      .map(([key, value]) => `${key}=${literal(value)}`)
      .join(',')}`,
    `stdout_logfile=${home}/logs/${name}.log`,
    `stderr_logfile=${home}/logs/${name}.err`,
    'stdout_logfile_maxbytes=0',
    // It fails again and again, as on a node where nobody looks.
    'startretries=100000',
  ].join('\n');

/** Its answer is flat: a struct of named values for each program. How often it started one is told by its log alone. */
function statesIn(answer: string, log: string): readonly ServiceState[] {
  return answer
    .split('<struct>')
    .slice(1)
    .map((struct) => {
      const field = (name: string) =>
        new RegExp(`<name>${name}</name>\\s*<value>\\s*<\\w+>([^<]*)<`).exec(struct)?.[1] ?? '';
      const name = field('name');
      const state = field('statename');
      return {
        name,
        status: state === 'RUNNING' ? 'online' : state.toLowerCase(),
        pid: Number(field('pid')),
        restarts: Math.max(0, log.split(`spawned: '${name}'`).length - 2),
      };
    });
}
