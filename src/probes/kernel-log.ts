import type { Capture } from '../core/capture.ts';
import { read, run, stat, type ExecReply } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { bothOutputs, fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';

/** A line of the kernel, with the seconds since boot at which it was written; null where the kernel stamps none. */
export interface KernelLine {
  readonly at: number | null;
  readonly text: string;
}

export type KernelLog =
  | {
      readonly known: true;
      readonly via: 'dmesg' | 'journalctl';
      readonly lines: readonly KernelLine[];
      /** Seconds since boot from which on all is here: 0 for the whole boot, null where the lines bear no time. */
      readonly fromSeconds: number | null;
    }
  | { readonly known: false; readonly reason: 'denied' | 'absent' | 'failed'; readonly say: string };

const bytes = 1_048_576;
/** A kernel that has written its first lines within this many seconds lost none before them. */
const beginsWithin = 5;

/**
 * This boot's kernel log. /dev/kmsg is a stream that SFTP can't read, so this is a program: `dmesg`, and where the login
 * user may not ask the kernel, the journal, which members of its group may read.
 *
 * Without options, for those of busybox are others: both then stamp lines with the seconds since boot.
 */
export const kernelLog = defineProbe({
  name: 'kernel.log',
  summary: "The kernel's log of this boot, its last 512 KiB where it is longer",
  *steps({ become }: { readonly become?: 'sudo' | undefined }): Asking<KernelLog> {
    const isClosed = yield* isRefused(become);
    if (isClosed && !(yield* mayKeepJournal())) return untold;
    const ways = isClosed ? (['journalctl'] as const) : (['dmesg', 'journalctl'] as const);
    const refusals: ExecReply[] = [];
    for (const via of ways) {
      const reply = yield* ask(run(programs[via], { become, bytes, deadlineMs: 5_000 }));
      const lines = linesOf(reply);
      if (lines.length > 0) return known(via, lines);
      refusals.push(reply);
    }
    return isClosed ? untold : refused(refusals);
  },
});

const untold: KernelLog = {
  known: false,
  reason: 'denied',
  say: 'the kernel tells its log to root alone (kernel.dmesg_restrict), and no journal holds it',
};

/** Where journald keeps files; without one of these there is nothing to start a program for. Source: journald.conf(5). */
const journals = ['/run/log/journal', '/var/log/journal'] as const;

function* mayKeepJournal(): Asking<boolean> {
  const found = yield* askAll(journals.map((path) => stat(path, { freshMs: 60_000 })));
  return found.some((reply) => reply.ok || reply.errno !== 'ENOENT');
}

const programs = {
  dmesg: ['dmesg'],
  journalctl: ['journalctl', '-k', '-b', '-o', 'short-monotonic', '--no-pager', '-n', '5000'],
} as const;

/** Whether the kernel would tell the login user nothing, so that only the journal is asked. Source: sysctl kernel(5). */
function* isRefused(become: 'sudo' | undefined): Asking<boolean> {
  const freshMs = 60_000;
  const [restricted, self] = yield* askAll([
    read('/proc/sys/kernel/dmesg_restrict', { bytes: 16, freshMs }),
    stat('/proc/self', { freshMs }),
  ] as const);
  return become === undefined && fileTextIfAny(restricted)?.trim() === '1' && self.ok && self.uid !== 0;
}

// The number of the caller stands behind the time where the kernel is built so; the journal names host and facility.
const stamped = /^\[ *(\d+\.\d+)\] ?(?:\[ *[CT]\d+\] ?)?(?:\S+ kernel: )?(.*)$/;

function linesOf({ exitCode, stdout }: ExecReply): readonly KernelLine[] {
  if (exitCode !== 0) return [];
  let at: number | null = null;
  return endOf(stdout)
    .split('\n')
    .flatMap((line): readonly KernelLine[] => {
      const [, seconds, text = line] = stamped.exec(line) ?? [];
      // A message of several lines is stamped once.
      if (seconds !== undefined) at = Number(seconds);
      return text.trim() === '' || /^-- .* --$/.test(text) ? [] : [{ at, text }];
    });
}

/** Of a log that was cut, its end from the first whole line on. */
function endOf({ head, tail, omittedBytes }: Capture): string {
  return clean(omittedBytes === 0 ? head + tail : tail.slice(tail.indexOf('\n') + 1));
}

function known(via: 'dmesg' | 'journalctl', lines: readonly KernelLine[]): KernelLog {
  const first = lines.find(({ at }) => at !== null)?.at ?? null;
  return { known: true, via, lines, fromSeconds: first !== null && first <= beginsWithin ? 0 : first };
}

const firstLine = (text: string | undefined): string => text?.split('\n')[0]?.replace(/\.$/, '') ?? '';

function refused(refusals: readonly ExecReply[]): KernelLog {
  const said = refusals.map((reply) => bothOutputs(reply));
  const denied = said.find((text) => /not permitted|permission|denied|not seeing messages/i.test(text));
  if (denied !== undefined) return { known: false, reason: 'denied', say: firstLine(denied) };
  if (refusals.every(({ exitCode }) => exitCode === 127)) {
    return { known: false, reason: 'absent', say: 'neither dmesg nor journalctl is on this node' };
  }
  return { known: false, reason: 'failed', say: firstLine(said.find((text) => text !== '')) || 'dmesg prints nothing' };
}
