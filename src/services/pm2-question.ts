import { run } from '../core/command.ts';
import { pm2Line } from './pm2-line.ts';

/** Asks a daemon for its apps. The answer holds the whole environment of every app, so it is cut down here, on the node. */
const script = `${pm2Line}
function shown(app) {
  var env = app.pm2_env || {};
  return { name: app.name, pid: app.pid, status: env.status, startedAt: env.pm_uptime, restarts: env.restart_time,
    exitCode: env.exit_code, out: env.pm_out_log_path, err: env.pm_err_log_path };
}
function begin() {
  call('getMonitorData', {}, function (answer) {
    if (!Array.isArray(answer.args) || !Array.isArray(answer.args[0])) return failed('PROTOCOL');
    end({ now: Date.now(), apps: answer.args[0].map(shown) });
  });
}
`;

/** `node` is the program that runs the daemon itself, so that it is there whatever PATH says. */
export const pm2Question = (node: string, socket: string, become: 'sudo' | undefined) =>
  run([node, '-', '8000', socket], { stdin: script, become });
