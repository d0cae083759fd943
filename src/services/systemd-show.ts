import { OpsError } from '../core/errors.ts';
import type { Drift, ServiceState, StateWord } from '../core/service-manager.ts';

export const systemdProperties = [
  'Id',
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'ExecMainCode',
  'ExecMainStatus',
  'NRestarts',
  'MainPID',
  'ActiveEnterTimestampMonotonic',
  'NeedDaemonReload',
] as const;

type Properties = Readonly<Partial<Record<string, string>>>;

/**
 * What `systemctl show` printed for the units, one block each in their order. Source: org.freedesktop.systemd1(5).
 * Errors: `OUTPUT_UNREADABLE`.
 */
export function systemdStates(
  text: string,
  units: readonly string[],
  nodeUptimeSeconds: number | undefined,
): readonly ServiceState[] {
  const blocks = text.trim().split(/\n{2,}/);
  if (blocks.length !== units.length) {
    throw new OpsError('OUTPUT_UNREADABLE', `systemctl show told of ${blocks.length} units, not of ${units.length}.`);
  }
  return units.map((unit, index) => stateOf(unit, properties(blocks[index] ?? ''), nodeUptimeSeconds));
}

/** Units whose files changed since systemd read them. Source: org.freedesktop.systemd1(5), NeedDaemonReload. */
export const systemdDrift = (text: string, units: readonly string[], unit: string): Drift => {
  const shown = properties(text.trim().split(/\n{2,}/)[units.indexOf(unit)] ?? '');
  if (shown['LoadState'] === 'not-found') return { drift: 'nowhere', say: `systemd finds no file of ${unit}` };
  if (shown['NeedDaemonReload'] === 'yes')
    return { drift: 'changed', say: 'its unit file or a drop-in changed on disk' };
  return shown['NeedDaemonReload'] === 'no'
    ? { drift: 'none', say: 'its unit file' }
    : { drift: 'unknown', say: 'systemd does not tell' };
};

const properties = (block: string): Properties =>
  Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );

function stateOf(unit: string, shown: Properties, nodeUptimeSeconds: number | undefined): ServiceState {
  const { LoadState, ActiveState, SubState, Result } = shown;
  if (LoadState === undefined || ActiveState === undefined || SubState === undefined) {
    throw new OpsError('OUTPUT_UNREADABLE', `systemctl show does not tell the state of ${unit}.`);
  }
  const state = stateWord(shown);
  const result = Result === undefined || Result === '' || Result === 'success' ? '' : `, ${Result}`;
  const entered = (whole(shown['ActiveEnterTimestampMonotonic']) ?? 0) / 1e6;
  return {
    unit,
    state,
    said:
      LoadState === 'loaded' ? `${ActiveState} (${SubState})${result}` : `${LoadState}, ${ActiveState} (${SubState})`,
    pid: whole(shown['MainPID']) || null,
    uptimeSeconds:
      state === 'running' && entered > 0 && nodeUptimeSeconds !== undefined
        ? Math.max(0, nodeUptimeSeconds - entered)
        : null,
    restarts: whole(shown['NRestarts']),
    // 1 (CLD_EXITED) says that it ended by itself; the status of a signal is no exit code.
    exitCode: state !== 'running' && shown['ExecMainCode'] === '1' ? whole(shown['ExecMainStatus']) : null,
    logs: [],
  };
}

/** `[not set]` and what an old systemd leaves out are null. */
const whole = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

function stateWord({ LoadState, ActiveState, SubState = '' }: Properties): StateWord {
  switch (ActiveState) {
    case 'active':
      return SubState === 'exited' ? 'finished' : 'running';
    case 'reloading':
    case 'refreshing':
      return 'running';
    case 'activating':
      return SubState.startsWith('auto-restart') ? 'crashing' : 'starting';
    case 'deactivating':
      return 'stopping';
    case 'failed':
      return 'failed';
    case 'inactive':
      return LoadState === 'loaded' ? 'stopped' : LoadState === 'not-found' ? 'missing' : 'failed';
    default:
      return 'unknown';
  }
}
