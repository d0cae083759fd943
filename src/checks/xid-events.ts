import { remembered } from '../core/remembered.ts';
import type { KernelLine, KernelLog } from '../probes/kernel-log.ts';

/** An error that the driver reported of a GPU, or of an NVSwitch (`isSwitch`), by number. */
export interface XidEvent {
  /** Seconds since boot; null where the kernel stamps no times. */
  readonly at: number | null;
  /** `0000:9b:00`, as `pciAddress` writes it. */
  readonly address: string;
  readonly code: number;
  readonly isSwitch: boolean;
  /** A switch's word; null for a GPU, whose number tells. */
  readonly isFatal: boolean | null;
  /** The program that used the GPU, with its number on the host. */
  readonly program: { readonly pid: number; readonly name: string | null } | null;
  /** The Xid that this one is a consequence of, where the driver says so. */
  readonly causedBy: number | null;
  readonly text: string;
}

/** A PCI address in one form: `00000000:9B:00.0`, `0000:9b:00` and `9b:00` are the same device. */
export function pciAddress(text: string): string {
  const [, domain = '0000', rest = text] =
    /^(?:0*([0-9a-f]{4,}):)?([0-9a-f]{2}:[0-9a-f]{2})(?:\.\d)?$/.exec(text.toLowerCase()) ?? [];
  return `${domain}:${rest}`;
}

// The number stands behind the address; the process is there since 2016, its name since 2021.
const xid =
  /NVRM: Xid \((?:PCI:)?(?<address>[0-9a-fA-F:.]+)\): (?<code>\d+)(?:, pid='?(?<pid>\d+|<unknown>)'?)?(?:, name=(?<name>[^,]+))?(?:,? ?(?<text>.*))?$/;
const sxid = /SXid \(PCI:(?<address>[0-9a-fA-F:.]+)\): (?<code>\d+), (?<severity>Fatal|Non-fatal), ?(?<text>.*)$/;
/** A driver that is loaded anew begins with a clean GPU. */
const loaded = /NVRM: loading NVIDIA UNIX/;

/** The Xids and SXids since the driver was loaded, oldest first; one that prints dozens of lines a minute counts once. */
export const xidEvents = remembered(({ lines }: KernelLog & { readonly known: true }): readonly XidEvent[] => {
  const since = lines.findLastIndex(({ text }) => loaded.test(text)) + 1;
  const seen = new Set<string>();
  return lines.slice(since).flatMap((line): readonly XidEvent[] => {
    const event = eventIn(line);
    if (event === undefined) return [];
    const minute = event.at === null ? '' : Math.floor(event.at / 60);
    // What changes within a minute is what the driver asks for.
    const key = `${event.address} ${event.code} ${minute} ${event.code === 154 ? event.text : ''}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [event];
  });
});

function eventIn({ at, text: line }: KernelLine): XidEvent | undefined {
  const ofSwitch = sxid.exec(line)?.groups;
  const groups = ofSwitch ?? xid.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { address = '', code, pid, name, text = '', severity } = groups;
  const cause = /caused by previous Xid (\d+)/.exec(text)?.[1];
  return {
    at,
    address: pciAddress(address),
    code: Number(code),
    isSwitch: ofSwitch !== undefined,
    isFatal: severity === undefined ? null : severity === 'Fatal',
    program:
      pid === undefined || !/^\d+$/.test(pid)
        ? null
        : { pid: Number(pid), name: name === undefined || name.includes('<unknown>') ? null : name },
    causedBy: cause === undefined ? null : Number(cause),
    text,
  };
}
