import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { run } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, type Asking } from '../core/probe.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { pm2Daemons, type Pm2Daemon } from './pm2-daemon.ts';
import { pm2Line } from './pm2-line.ts';
import { jsonValue } from './record.ts';

/** Of an app's environment one variable alone leaves the node; of the daemon's own the path of its pm2. */
const script = `${pm2Line}
function text(value) { return typeof value === 'string' ? value : null; }
function number(value) { return typeof value === 'number' ? value : null; }
function shown(app) {
  var env = app.pm2_env || {}, own = env.env || {};
  return { name: app.name, pid: number(app.pid), status: text(env.status), script: text(env.pm_exec_path),
    cwd: text(env.pm_cwd), python: text(env.exec_interpreter),
    args: Array.isArray(env.args) ? env.args.map(String) : [],
    visible: own.CUDA_VISIBLE_DEVICES === undefined ? null : String(own.CUDA_VISIBLE_DEVICES),
    restartDelayMs: number(env.restart_delay), maxRestarts: number(env.max_restarts), minUptimeMs: number(env.min_uptime),
    startedAt: number(env.pm_uptime), logs: [text(env.pm_err_log_path), text(env.pm_out_log_path)].filter(Boolean) };
}
function begin() {
  call('getMonitorData', {}, function (list) {
    if (!Array.isArray(list.args) || !Array.isArray(list.args[0])) return failed('PROTOCOL');
    call('getReport', {}, function (report) {
      var argv = report.args && report.args[0] && report.args[0].argv;
      end({ daemon: Array.isArray(argv) ? text(argv[1]) : null, apps: list.args[0].map(shown) });
    });
  });
}
`;

const text = z.string().nullable();
const number = z.number().nullable();
const appSchema = z.object({
  name: z.string(),
  pid: number,
  status: text,
  script: text,
  cwd: text,
  python: text,
  args: z.array(z.string()),
  /** CUDA_VISIBLE_DEVICES as the next start would have it. */
  visible: text,
  restartDelayMs: number,
  maxRestarts: number,
  minUptimeMs: number,
  /** Epoch ms by the clock of the node. */
  startedAt: number,
  logs: z.array(z.string()),
});
/** An app as the daemon would start it. */
export type Pm2App = z.infer<typeof appSchema>;
const answerSchema = z.object({ daemon: text, apps: z.array(appSchema) });

/** One daemon with all its apps, and the pm2 that it is of. */
export interface Pm2Apps {
  readonly home: string;
  readonly node: string;
  /** The program to tell it by; null where the daemon does not say where it lies. */
  readonly program: string | null;
  readonly apps: readonly Pm2App[];
}

/** The one daemon of a place with its apps, or why there is none. Errors: `OUTPUT_UNREADABLE`. */
export function* pm2Apps(place: ManagerPlace): Asking<Pm2Apps | (Pm2Daemon & { readonly lives: false })> {
  const daemons = yield* pm2Daemons(place);
  const alive = daemons.filter((daemon) => daemon.lives);
  const [daemon, second] = alive;
  if (daemon === undefined) {
    const dead = daemons.filter((each) => !each.lives);
    const why = dead.find(({ answer }) => answer.reason === 'stale') ?? dead[0];
    if (why === undefined) throw new OpsError('OUTPUT_UNREADABLE', 'There is no home in which a pm2 daemon could be.');
    return why;
  }
  if (second !== undefined) {
    const homes = alive.map(({ home }) => home).join(', ');
    throw new OpsError('OUTPUT_UNREADABLE', `A pm2 daemon lives in each of ${homes}: declare its home.`);
  }
  const { home, node, socket } = daemon;
  const reply = yield* ask(run([node, '-', '8000', socket], { stdin: script, become: place.become, freshMs: 0 }));
  const answer = answerSchema.safeParse(jsonValue(captured(reply.stdout)));
  if (!answer.success)
    throw new OpsError('OUTPUT_UNREADABLE', `The pm2 daemon of ${home} does not tell how it starts its apps.`);
  const { daemon: file, apps } = answer.data;
  const program = file?.endsWith('/lib/Daemon.js') === true ? file.replace(/lib\/Daemon\.js$/, 'bin/pm2') : null;
  return { home, node, program, apps };
}
