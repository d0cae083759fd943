import { durationText } from '../core/format.ts';
import type { Verdict } from '../core/check.ts';
import type { KernelSignature } from '../core/signature.ts';
import type { KernelLine, KernelLog } from '../probes/kernel-log.ts';

/** A fault that the kernel log tells of, on one device. */
export interface KernelFault {
  readonly signature: KernelSignature;
  readonly on: string | null;
  readonly times: number;
  /** Seconds since its last line; null where the lines bear no time. */
  readonly ageSeconds: number | null;
  /** Its last line. */
  readonly line: string;
}

type Read = KernelLog & { readonly known: true };

/** The faults of a log that are not over, most recent first. */
export function kernelFaults(
  { lines }: Read,
  uptimeSeconds: number,
  signatures: readonly KernelSignature[],
): readonly KernelFault[] {
  return signatures
    .flatMap((signature) => faultsOf(signature, lines, uptimeSeconds))
    .toSorted((a, b) => (a.ageSeconds ?? 0) - (b.ageSeconds ?? 0));
}

function faultsOf(signature: KernelSignature, lines: readonly KernelLine[], uptimeSeconds: number): KernelFault[] {
  const found = new Map<string, KernelFault>();
  for (const { at, text } of lines) {
    const over = signature.over?.exec(text);
    if (over != null) found.delete(deviceIn(over) ?? '');
    const match = signature.pattern.exec(text);
    if (match === null) continue;
    const on = deviceIn(match);
    const times = (found.get(on ?? '')?.times ?? 0) + 1;
    const ageSeconds = at === null ? null : Math.max(0, uptimeSeconds - at);
    found.set(on ?? '', { signature, on, times, ageSeconds, line: text });
  }
  return [...found.values()].filter(({ times }) => times >= (signature.least ?? 1));
}

/** A pattern names the device in one group, or in several of which one matched. */
const deviceIn = ({ groups = {} }: RegExpExecArray): string | null =>
  Object.values(groups).find((value) => value !== undefined) ?? null;

const minutes = 10;

/** What a fault counts for now: what is long past is `ok`. A line without a time counts in full. */
export function weightOf({ signature: { status, holds }, ageSeconds }: KernelFault, hours: number): Verdict['status'] {
  const limit = holds === 'minutes' ? minutes * 60 : holds === 'hours' ? hours * 3_600 : Number.POSITIVE_INFINITY;
  if ((ageSeconds ?? 0) <= limit) return status;
  return status === 'critical' && (ageSeconds ?? 0) <= hours * 3_600 ? 'degraded' : 'ok';
}

/** `12 times, last 3 min ago`. */
export const timesText = (times: number, ageSeconds: number | null): string => {
  const ago = ageSeconds === null ? '' : `${durationText(ageSeconds)} ago`;
  return times === 1 ? ago || 'in this boot' : `${times} times${ago && `, last ${ago}`}`;
};

/** How far back the log reaches: `of this boot (3 h)`. */
export function spanText({ via, fromSeconds }: Read, uptimeSeconds: number): string {
  if (fromSeconds === null) return `as far back as ${via} goes`;
  const since = durationText(uptimeSeconds - fromSeconds);
  return fromSeconds === 0 ? `since boot ${since} ago` : `of the last ${since}; ${via} has nothing older`;
}

/** Why the log can't be judged, and what would change that. A container is not shown the log of its host, by design. */
export function unread(log: KernelLog & { readonly known: false }, container: string | null): Verdict {
  if (container !== null) {
    return {
      status: 'not_applicable',
      summary: `The kernel log is that of the host, and this ${container} container is not shown it.`,
    };
  }
  return {
    status: 'unknown',
    summary: `The kernel log can not be read: ${log.say}.`,
    next: log.reason === 'denied' ? [allow] : [],
  };
}

const allow = {
  say: 'Declare `become: sudo` for the node, or put the login user into the group adm or systemd-journal.',
};

/** A fault as a finding; in a container, of which the host's log tells, another tenant's device may be meant. */
export function kernelVerdict(
  { signature, on, times, ageSeconds, line }: KernelFault,
  status: Verdict['status'],
  container: string | null,
): Verdict {
  const of = on === null ? '' : ` (${on})`;
  const host = container === null ? '' : ' on the host of this container';
  const said = line.length <= 160 ? line : `${line.slice(0, 159)}…`;
  return {
    status: container !== null && status === 'critical' ? 'degraded' : status,
    summary: `${signature.meaning}${of}${host}, ${timesText(times, ageSeconds)}; the kernel says "${said}".`,
    ...(on !== null && { subject: `kernel:${on}` }),
    signature: signature.id,
    restartHelps: signature.restartHelps,
    next: [{ say: signature.advice }],
  };
}
