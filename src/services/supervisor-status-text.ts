import { OpsError } from '../core/errors.ts';
import type { ExecReply } from '../core/command.ts';
import { bothOutputs } from '../core/reply.ts';
import type { ManagerAnswer, ServiceState } from '../core/service-manager.ts';
import { plainUnit, supervisorWords } from './supervisor-states.ts';

const line = new RegExp(`^(\\S+)\\s{2,}(${Object.keys(supervisorWords).join('|')})(?:\\s+(.*?))?\\s*$`);
const running = /^pid (\d+), uptime (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)$/;

/** What it says instead of states, all of it with various exit codes. Source: recorded from supervisorctl 4.2.5. */
const troubles: readonly (readonly [RegExp, Exclude<ManagerAnswer, { reachable: true }>['reason']])[] = [
  [/SHUTDOWN_STATE/, 'shutting_down'],
  [/Server requires authentication|401 Unauthorized/, 'unauthorized'],
  [/PermissionError|Permission denied/, 'denied'],
  [/^unix:\S+ refused connection/m, 'stale'],
  [/ no such file$| refused connection/m, 'stopped'],
  [/could not find config file/, 'absent'],
  [/could not read config file/, 'denied'],
];

/**
 * What `supervisorctl status` printed. Its exit code is 0 for crashing programs and 3 for finished ones, so only the
 * lines count. Errors: `OUTPUT_UNREADABLE`.
 */
export function supervisorStatusText(reply: ExecReply): ManagerAnswer {
  const text = bothOutputs(reply);
  const services = text.split('\n').flatMap((row) => stateOf(row) ?? []);
  if (services.length > 0 || (reply.exitCode === 0 && text === '')) {
    return { reachable: true, via: 'supervisorctl status', services };
  }
  const reason = troubles.find(([pattern]) => pattern.test(text))?.[1];
  const [first = ''] = text.split('\n');
  if (reason !== undefined) return { reachable: false, reason, say: `supervisorctl says: ${first}` };
  throw new OpsError('OUTPUT_UNREADABLE', `supervisorctl status ended with ${reply.exitCode} and said: ${first}`);
}

function stateOf(row: string): ServiceState | undefined {
  const [, unit, word, words = ''] = line.exec(row) ?? [];
  if (unit === undefined || word === undefined) return undefined;
  const [, pid, days = '0', hours, minutes, seconds] = running.exec(words) ?? [];
  return {
    unit: plainUnit(unit),
    // It does not tell an expected exit from another: the exit code stays unknown.
    state: supervisorWords[word] ?? 'unknown',
    said: `${word} ${words}`.trim(),
    pid: pid === undefined ? null : Number(pid),
    uptimeSeconds:
      pid === undefined ? null : Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds),
    restarts: null,
    exitCode: null,
    logs: [],
  };
}
