import type { Launch, Launches } from './instance-launch.ts';

/**
 * An ecosystem file as pm2 takes it, as JSON so that nothing in it is ever run.
 *
 * pm2 gives up after `max_restarts` only by runs shorter than `min_uptime`, which is one second of its own: a ComfyUI that
 * fails after its imports would be started for ever. So a run counts as failed that ended before it had to answer.
 * Source: lib/God.js of pm2 7.0.4, handleExit.
 */
export const pm2Ecosystem = ({ declared, all }: Launches): string =>
  `${JSON.stringify({ apps: all.map((launch) => appOf(launch, declared)) }, null, 2)}\n`;

const appOf = (
  { name, script, cwd, python, args, env }: Launch,
  { restartDelayMs, maxRestarts, startSeconds }: Launches['declared'],
) => ({
  name,
  script,
  cwd,
  interpreter: python,
  exec_mode: 'fork',
  args,
  env,
  autorestart: true,
  restart_delay: restartDelayMs,
  max_restarts: maxRestarts,
  min_uptime: startSeconds * 1_000,
  // By the time of its lines it is known how long a start took.
  log_date_format: 'YYYY-MM-DDTHH:mm:ss.SSSZ',
});
