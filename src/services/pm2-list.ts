import { OpsError } from '../core/errors.ts';
import type { ServiceState, StateWord } from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import { together } from './instances.ts';
import { isRecord, numberOf, textOf } from './record.ts';

/** What pm2's words mean. Source: pm2's own list of states; recorded from pm2 7.0.4. */
const words: Readonly<Record<string, StateWord>> = {
  online: 'running',
  launching: 'starting',
  'one-launch-status': 'starting',
  stopping: 'stopping',
  stopped: 'stopped',
  errored: 'failed',
  'waiting restart': 'crashing',
};

export type Pm2List =
  | { readonly ok: true; readonly services: readonly ServiceState[] }
  /** An errno of connect(2), `CLOSED`, `TIMEOUT` or `PROTOCOL`. */
  | { readonly ok: false; readonly error: string };

/** What the question printed. Errors: `OUTPUT_UNREADABLE`. */
export function pm2List(text: string): Pm2List {
  const answer = parsed(text);
  const error = isRecord(answer) ? textOf(answer['error']) : undefined;
  if (error !== undefined) return { ok: false, error };
  const now = isRecord(answer) ? numberOf(answer['now']) : undefined;
  const apps = isRecord(answer) ? answer['apps'] : undefined;
  if (now === undefined || !Array.isArray(apps)) throw unreadable();
  return { ok: true, services: together(apps.map((app) => stateOf(app, now))) };
}

const unreadable = () => new OpsError('OUTPUT_UNREADABLE', 'The pm2 daemon answered with something that is no list.');

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw unreadable();
  }
}

function stateOf(app: unknown, now: number): ServiceState {
  const name = isRecord(app) ? textOf(app['name']) : undefined;
  if (!isRecord(app) || name === undefined) throw unreadable();
  const said = textOf(app['status']) ?? 'no status';
  const state = words[said] ?? 'unknown';
  const startedAt = numberOf(app['startedAt']);
  const isRunning = state === 'running';
  return {
    unit: clean(name),
    state,
    said: clean(said),
    // A stopped app keeps the pid of its last process.
    pid: isRunning ? numberOf(app['pid']) || null : null,
    uptimeSeconds: isRunning && startedAt !== undefined ? Math.max(0, (now - startedAt) / 1000) : null,
    restarts: numberOf(app['restarts']) ?? null,
    exitCode: isRunning ? null : (numberOf(app['exitCode']) ?? null),
    logs: [...new Set([textOf(app['out']), textOf(app['err'])])].filter(isLogFile),
  };
}

const isLogFile = (path: string | undefined): path is string =>
  path !== undefined && path.startsWith('/') && !path.startsWith('/dev/');
