import { captured, type Capture } from '../core/capture.ts';
import { read, type ExecReply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';
import { bothOutputs, fileTextIfAny } from '../core/reply.ts';
import {
  defineServiceManager,
  logBytes,
  type LogText,
  type LogWindow,
  type ManagerAnswer,
  type ManagerPlace,
} from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import { exitsOf } from './exit-log.ts';
import { runFound } from './program-path.ts';
import { journalLine } from './systemd-journal.ts';
import { systemdTell } from './systemd-tell.ts';
import { systemdDrift, systemdProperties, systemdStates } from './systemd-show.ts';

/** systemd, by `systemctl show`, whose exit code is 0 for a unit that is not there too. Logs are in the journal. */
export const systemd = defineServiceManager({
  name: 'systemd',
  summary: 'systemd, by systemctl show and the journal',
  *list({ become }, units) {
    if (units.length === 0) return { reachable: true, via: 'systemctl show', services: [] };
    const [shown, uptime] = yield* askAll([show(units, become), read('/proc/uptime', { bytes: 64 })] as const);
    if (shown.exitCode !== 0) return trouble(shown);
    const nodeUptime = Number(fileTextIfAny(uptime)?.split(' ')[0] ?? Number.NaN);
    const services = systemdStates(
      clean(captured(shown.stdout)),
      units,
      Number.isNaN(nodeUptime) ? undefined : nodeUptime,
    );
    return { reachable: true, via: 'systemctl show', services };
  },
  logs: journalOf,
  tell: systemdTell,
  // The same question as for its state, so that it costs none.
  *drift({ become }, unit, units) {
    const shown = yield* ask(show(units, become));
    if (shown.exitCode !== 0) return { drift: 'unknown', say: 'systemd can not be asked' };
    return systemdDrift(clean(captured(shown.stdout)), units, unit);
  },
  // The same question as for its log, so that it costs none.
  *exits(place, unit) {
    const [log] = yield* journalOf(place, unit, logBytes);
    const { source = 'journal', text = '', trouble } = log ?? {};
    return {
      source,
      ...exitsOf(text, null, journalLine),
      aheadSeconds: 0,
      ...(trouble !== undefined && { trouble }),
    };
  },
});

const show = (units: readonly string[], become: 'sudo' | undefined) =>
  runFound(['systemctl', 'show', '--no-pager', `--property=${systemdProperties.join(',')}`, '--', ...units], {
    become,
  });

function* journalOf(
  { become }: ManagerPlace,
  unit: string,
  bytes: number,
  { sinceMs, after }: LogWindow = {},
): Asking<readonly LogText[]> {
  // A line is about 100 bytes; of what is more, the end is kept.
  const lines = Math.max(100, Math.ceil(bytes / 100));
  const words = ['-n', String(lines), '-o', 'short-iso', '--no-pager', '--show-cursor'] as const;
  const from = [
    ...(sinceMs === undefined ? [] : [`--since=@${Math.floor(sinceMs / 1_000)}`]),
    ...(after === undefined ? [] : [`--after-cursor=${after}`]),
  ];
  return [journal(yield* ask(runFound(['journalctl', '-u', unit, ...words, ...from], { bytes: 2 * bytes, become })))];
}

function trouble(reply: ExecReply): ManagerAnswer {
  const text = bothOutputs(reply);
  const first = text.split('\n')[0]?.replace(/\.$/, '') ?? '';
  if (reply.exitCode === 127) return { reachable: false, reason: 'absent', say: 'systemctl is not on this node' };
  if (/not been booted with systemd|Failed to connect to (?:system scope )?bus/i.test(text)) {
    return { reachable: false, reason: 'absent', say: `systemd does not run on this node: ${first}` };
  }
  if (/Access denied|Permission denied/i.test(text)) return { reachable: false, reason: 'denied', say: first };
  throw new OpsError('OUTPUT_UNREADABLE', `systemctl show ended with ${reply.exitCode} and said: ${first}`);
}

function journal(reply: ExecReply): LogText {
  const none = { source: 'journal', text: '', skippedBytes: 0 };
  if (reply.exitCode === 127) return { ...none, trouble: 'journalctl is not on this node' };
  const said = clean(captured(reply.stderr)).trim().split('\n')[0];
  const { text: printed, skippedBytes } = endOf(reply.stdout);
  const cursor = /^-- cursor: (\S+)\n?$/m.exec(printed.slice(-1_024))?.[1];
  const text = cursor === undefined ? printed : printed.slice(0, printed.lastIndexOf('-- cursor: '));
  if (reply.exitCode !== 0 || (text === '' && said !== '')) {
    return { ...none, trouble: said || `journalctl ended with ${reply.exitCode}` };
  }
  return { ...none, text, skippedBytes, ...(cursor !== undefined && { cursor }) };
}

/** The entries, without journalctl's own lines; of a text that was cut, its end from the first whole line on. */
function endOf({ head, tail, omittedBytes, totalBytes }: Capture): { text: string; skippedBytes: number } {
  if (omittedBytes === 0) return { text: clean(head + tail).replace(/^-- .* --\n?/gm, ''), skippedBytes: 0 };
  const text = tail.slice(tail.indexOf('\n') + 1);
  return { text: clean(text), skippedBytes: totalBytes - new TextEncoder().encode(text).length };
}
