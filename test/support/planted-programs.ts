import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Part } from './planted-node.ts';

/** The interpreter that runs supervisord has no wrapper around it that costs time. */
export const python = (() => {
  try {
    return /^#!\s*(\/\S*python\S*)/.exec(readFileSync('/usr/bin/supervisord', 'utf8'))?.[1] ?? 'python3';
  } catch {
    return 'python3';
  }
})();

/** What a program of a planted node does: see `serve.py`, which reads it. */
export interface Told {
  /** On stderr when it has its port, or at once where it has none; `@PID@` is its own. */
  readonly says?: readonly string[];
  readonly port?: number;
  /** Status and body by path. */
  readonly answers?: Readonly<Record<string, readonly [number, object | string]>>;
  /** Ports of what it needs, by the field of its health answer that tells of them. */
  readonly asks?: Readonly<Record<string, number>>;
  /** What it does as long as a file is not so, by the size and the text that it must have; or it `waits` until it is. */
  readonly until?: {
    readonly file: string;
    readonly bytes?: number;
    readonly holds?: string;
    readonly waits?: boolean;
    readonly does: Told;
  };
  /** It asks Temporal for tasks: what answers for that on this node shows it. */
  readonly polls?: { readonly queue: string; readonly identity: string };
  /** It does not open the GPU, though there is one. */
  readonly blind?: boolean;
  /** It takes connections and answers none. */
  readonly hangs?: boolean;
  /** What it says before it ends because its port is taken. */
  readonly busy?: readonly string[];
  /** It ends with this status, `after` so many seconds and with these `last` words. */
  readonly exit?: number;
  readonly after?: number;
  readonly last?: readonly string[];
}

/** A program under supervisord. */
export interface PlantedProgram {
  readonly name: string;
  /** Where it stands in the file tree, and what follows it in the command. */
  readonly path: string;
  readonly args?: string;
  readonly told: Told;
  /** Keys of its section that differ. */
  readonly section?: Readonly<Record<string, string>>;
  /** What supervisord has to log of it before the node is looked at. */
  readonly becomes: keyof typeof logged;
}

const logged = {
  running: (name: string) => [`success: ${name} entered RUNNING state`, 1] as const,
  crashing: (name: string) => [`exited: ${name} (`, 2] as const,
  flapping: (name: string) => [`exited: ${name} (`, 4] as const,
  ended: (name: string) => [`exited: ${name} (`, 1] as const,
  failed: (name: string) => [`gave up: ${name} entered FATAL state`, 1] as const,
  nothing: () => ['supervisord started with pid', 1] as const,
};

const log = '/var/log/supervisor/supervisord.log';
export const supervisorConfig = '/etc/supervisor/supervisord.conf';
const source = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../situations/programs/${name}.py`, import.meta.url)), 'utf8');
const serve = source('serve');
const supervisord = `#!${python}\n${source('supervisord')}`;

/** A supervisord over these programs; nothing where there are none. */
export function supervisordOf(programs: readonly PlantedProgram[]): Part {
  if (programs.length === 0) return {};
  return {
    files: {
      [supervisorConfig]: daemon + programs.map(section).join(''),
      [log]: '',
      '/usr/bin/supervisord': supervisord,
      ...Object.assign({}, ...programs.map(programFiles)),
    },
    start: [['supervisord', '-n', '-c', supervisorConfig]],
    ready: programs.map(({ name, becomes }) => {
      const [text, times] = logged[becomes](name);
      return { file: log, text, times };
    }),
  };
}

const programFiles = ({ name, path, told }: Pick<PlantedProgram, 'name' | 'path' | 'told'>) => ({
  [path]: `#!${python} -IS\n${serve}`,
  [`/opt/programs/${name}.json`]: JSON.stringify(told),
});

/** A program that runs before the services do, and that no manager knows. */
export function stray(path: string, told: Told): Part {
  const said = '/opt/situation/stray';
  return {
    files: programFiles({ name: 'stray', path, told }),
    before: [
      `SITUATION_PROGRAM=stray ${path} > ${said} 2>&1 < /dev/null & until grep -q . ${said}; do sleep 0.02; done`,
    ],
  };
}

const daemon = `[unix_http_server]
file=/run/supervisor.sock
[supervisord]
logfile=${log}
pidfile=/run/supervisord.pid
childlogdir=/var/log/supervisor
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix:///run/supervisor.sock
`;

function section({ name, path, args = '', told, section: differing }: PlantedProgram): string {
  const keys = {
    command: `${path} ${args}`.trim(),
    environment: `SITUATION_PROGRAM="${name}"`,
    stdout_logfile: `/var/log/${name}.log`,
    stderr_logfile: `/var/log/${name}.err`,
    startretries: '1000',
    // What ends at once must not look as if it had come up, however slow this machine is.
    startsecs: told.exit !== undefined && told.after === undefined ? '10' : '1',
    ...differing,
  };
  return `[program:${name}]\n${Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}`;
}
