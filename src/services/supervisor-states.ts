import { OpsError } from '../core/errors.ts';
import type { ServiceState, StateWord } from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import { isRecord, numberOf, textOf } from './record.ts';

/**
 * What supervisord's words mean. `EXITED` is `failed` where it says that the exit was not expected.
 *
 * Source: supervisord.org, "Subprocess States"; recorded from supervisord 4.2.5.
 */
export const supervisorWords: Readonly<Record<string, StateWord>> = {
  STOPPED: 'stopped',
  STARTING: 'starting',
  RUNNING: 'running',
  BACKOFF: 'crashing',
  STOPPING: 'stopping',
  EXITED: 'finished',
  FATAL: 'failed',
  UNKNOWN: 'unknown',
};

/** supervisord's own name of a program: the group only where it says something. */
export const plainUnit = (unit: string): string => {
  const [group, name] = unit.split(':');
  return group === name && group !== undefined ? group : unit;
};

/** The answer of getAllProcessInfo. Errors: `OUTPUT_UNREADABLE`. */
export function supervisorStates(info: unknown): readonly ServiceState[] {
  if (!Array.isArray(info)) throw new OpsError('OUTPUT_UNREADABLE', 'supervisord did not answer with a list.');
  return info.map(stateOf);
}

function stateOf(row: unknown): ServiceState {
  const name = isRecord(row) ? textOf(row['name']) : undefined;
  const word = isRecord(row) ? textOf(row['statename']) : undefined;
  if (!isRecord(row) || name === undefined || word === undefined) {
    throw new OpsError('OUTPUT_UNREADABLE', 'supervisord named a program without its name or state.');
  }
  const spawnError = textOf(row['spawnerr']) ?? '';
  const start = numberOf(row['start']);
  const now = numberOf(row['now']);
  const state = word === 'EXITED' && spawnError !== '' ? 'failed' : (supervisorWords[word] ?? 'unknown');
  // supervisord keeps the last error while a program runs again.
  const words = state === 'running' ? row['description'] : spawnError || row['description'];
  return {
    unit: clean(plainUnit(`${textOf(row['group']) ?? name}:${name}`)),
    state,
    said: clean(`${word} ${textOf(words) ?? ''}`).trim(),
    pid: numberOf(row['pid']) || null,
    uptimeSeconds: state === 'running' && start !== undefined && now !== undefined ? Math.max(0, now - start) : null,
    restarts: null,
    exitCode: word === 'EXITED' ? (numberOf(row['exitstatus']) ?? null) : null,
    logs: [...new Set([textOf(row['stdout_logfile']), textOf(row['stderr_logfile'])])].filter(isLogFile),
  };
}

/** Not `NONE`, not `syslog`, and not the output of a container. */
const isLogFile = (path: string | undefined): path is string =>
  path !== undefined && path.startsWith('/') && !path.startsWith('/dev/');
