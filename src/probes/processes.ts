import { captured } from '../core/capture.ts';
import { list, read, run, type ExecReply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { bothOutputs, fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';

/** One process as the kernel shows it; `args` is empty for threads of the kernel. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly user: string;
  /** First letter of the state: R, S, D (uninterruptible), Z (zombie), T. */
  readonly state: string;
  readonly ageSeconds: number | null;
  readonly rssBytes: number | null;
  /** Where in the kernel it sleeps, where that may be seen. */
  readonly waitsIn: string | null;
  readonly args: string;
}

/** `complete` is false where only the first processes were read one by one. */
export interface Processes {
  readonly complete: boolean;
  readonly list: readonly Process[];
}

// wwo: arguments as long as they are. ps of busybox knows none of these, and slim images have no ps at all.
const ps = ['ps', '-ewwo', 'pid=,ppid=,user:32=,stat=,etimes=,rss=,wchan:32=,args='] as const;
const mostRead = 500;
const mostWaits = 20;

/** One `ps`; where there is none, /proc. A process that is stuck in the kernel can make `ps` hang, so it stands alone. */
export const processes = defineProbe({
  name: 'node.processes',
  summary: 'The processes of a node: parents, users, states, arguments',
  *steps(): Asking<Processes> {
    const reply = yield* ask(run(ps, { wedges: true }));
    return reply.exitCode === 0 ? { complete: true, list: fromPs(reply) } : yield* fromFiles(reply);
  },
});

const row = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\d+|-)\s+(\d+|-)\s+(\S+)\s(.*)$/;

/** Half of what a node is asked wants its processes: they are read once. */
const fromPs = remembered(({ stdout }: ExecReply): readonly Process[] => {
  const lines = clean(captured(stdout)).split('\n');
  const found = lines.flatMap((line): readonly Process[] => {
    const [, pid, parent, user = '', stat = '', age, rss, waits, args = ''] = row.exec(line) ?? [];
    if (pid === undefined) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        user,
        state: stat.slice(0, 1),
        ageSeconds: numberOrNull(age),
        rssBytes: kibOrNull(rss),
        waitsIn: waits === '-' || waits === undefined ? null : waits,
        // Threads of the kernel descend from kthreadd; another in brackets is one that ends and has let go of its memory.
        args: (pid === '2' || parent === '2') && /^\[.*\]$/.test(args.trim()) ? '' : args.trim(),
      },
    ];
  });
  if (found.length === 0) throw new OpsError('OUTPUT_UNREADABLE', `ps printed no process: ${lines[0] ?? ''}`);
  return found;
});

const numberOrNull = (digits: string | undefined): number | null =>
  /^\d+$/.test(digits ?? '') ? Number(digits) : null;
const kibOrNull = (digits: string | undefined): number | null => {
  const kib = numberOrNull(digits);
  return kib === null ? null : kib * 1024;
};

function* fromFiles(refused: ExecReply): Asking<Processes> {
  const folder = yield* ask(list('/proc'));
  if (!folder.ok)
    throw new OpsError('OUTPUT_UNREADABLE', `Neither ps nor /proc shows the processes: ${bothOutputs(refused)}`);
  const pids = folder.entries.map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  const some = pids.slice(0, mostRead);
  const replies = yield* askAll(some.flatMap((pid) => [read(`/proc/${pid}/status`), read(`/proc/${pid}/cmdline`)]));
  const found = some.flatMap((pid, index): readonly Process[] => {
    const [status, cmdline] = replies.slice(2 * index, 2 * index + 2);
    const text = status === undefined ? undefined : fileTextIfAny(status);
    if (text === undefined) return [];
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1];
    return [
      {
        pid: Number(pid),
        parent: Number(field('PPid') ?? 0),
        user: field('Uid') ?? '',
        state: field('State') ?? '',
        ageSeconds: null,
        rssBytes: kibOrNull(field('VmRSS')),
        waitsIn: null,
        args: (cmdline?.ok === true ? new TextDecoder().decode(cmdline.bytes) : '').replaceAll('\0', ' ').trim(),
      },
    ];
  });
  return { complete: folder.omitted === 0 && pids.length <= mostRead, list: yield* withWaits(found) };
}

/** Where those sleep that no signal ends. */
function* withWaits(found: readonly Process[]): Asking<readonly Process[]> {
  const asleep = found.filter(({ state }) => state === 'D').slice(0, mostWaits);
  if (asleep.length === 0) return found;
  const replies = yield* askAll(asleep.map(({ pid }) => read(`/proc/${pid}/wchan`, { bytes: 128 })));
  const places = new Map(
    asleep.map(({ pid }, index) => [pid, replies[index] && fileTextIfAny(replies[index])?.trim()] as const),
  );
  return found.map((process) => {
    const place = places.get(process.pid);
    // The kernel writes 0 for what it does not show.
    return place === undefined || place === '' || place === '0' ? process : { ...process, waitsIn: place };
  });
}

function add(groups: Map<number, Process[]>, number: number, one: Process): void {
  const group = groups.get(number);
  if (group === undefined) groups.set(number, [one]);
  else group.push(one);
}

const byNumber = remembered((all: readonly Process[]) => {
  const [own, below] = [new Map<number, Process[]>(), new Map<number, Process[]>()];
  for (const each of all) {
    add(own, each.pid, each);
    add(below, each.parent, each);
  }
  return { own, below };
});

/** A process and all that it started, itself first. A list that was made while numbers were given anew may run in a circle. */
export function treeOf(all: readonly Process[], pid: number, above: readonly number[] = []): readonly Process[] {
  const { own, below } = byNumber(all);
  const seen = [...above, pid];
  const children = (below.get(pid) ?? []).filter((each) => !seen.includes(each.pid));
  return [...(own.get(pid) ?? []), ...children.flatMap((child) => treeOf(all, child.pid, seen))];
}

/** Without its folder, and without the brackets around a process that has let go of its memory. */
export const programOf = ({ args }: Pick<Process, 'args'>): string =>
  /^\[?(?:\S*\/)?([^\s\]]+)/.exec(args)?.[1] ?? 'a process';
