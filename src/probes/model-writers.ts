import { list, read, stat } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { copierIn, mayWrite } from './copiers.ts';
import type { ModelFileInput } from './model-file.ts';
import { isPartialOf } from './partial-names.ts';
import { linkTarget } from './path-parts.ts';
import { processes, type Process } from './processes.ts';

export interface Writer {
  readonly pid: number;
  readonly user: string;
  readonly program: string;
  /** What it has open for writing. */
  readonly path: string;
  /** It is a download that will become the model. */
  readonly unfinished: boolean;
}

export interface ModelWriters {
  readonly there: boolean;
  readonly writers: readonly Writer[];
  /** Processes that copy and name the model in their arguments, whose open files may not be seen. */
  readonly hidden: readonly Pick<Writer, 'pid' | 'user' | 'program'>[];
  /** How many processes were looked into. */
  readonly looked: number;
}

const mostProcesses = 8;
const mostFiles = 48;

/**
 * Who has a model open for writing, among the processes that copy files or name it: their open files, never those of all.
 *
 * A copy that stalls, or fills room that it reserved, keeps size and time as they are.
 */
export const modelWriters = defineProbe({
  name: 'model.writers',
  summary: 'Which programs that copy files have a model open for writing',
  *steps({ path, become }: ModelFileInput): Asking<ModelWriters> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const [found, self] = yield* askAll([stat(path, { become }), stat('/proc/self')] as const);
    const { list: all } = yield* processes.steps({});
    // The one that answers us reads models itself.
    const own = Number(self.link ?? Number.NaN);
    const candidates = all
      .filter(({ pid, args }) => pid !== own && (copierIn(args) !== undefined || mayWrite(args, name)))
      .toSorted((a, b) => Number(b.args.includes(name)) - Number(a.args.includes(name)) || b.pid - a.pid)
      .slice(0, mostProcesses);
    if (candidates.length === 0) return { there: found.ok, writers: [], hidden: [], looked: 0 };
    const folders = yield* askAll(candidates.map(({ pid }) => list(`/proc/${pid}/fd`, { become })));
    const files = candidates.flatMap((process, index) => {
      const open = folders[index];
      return open?.ok === true ? open.entries.slice(0, mostFiles).map((entry) => ({ process, fd: entry.name })) : [];
    });
    const targets = yield* askAll(files.map(({ process, fd }) => stat(`/proc/${process.pid}/fd/${fd}`, { become })));
    const wanted = new Set([path, ...(found.link === undefined ? [] : [linkTarget(path, found.link)])]);
    const ours = files.flatMap((file, index) => {
      const target = targets[index]?.link;
      return target !== undefined && (wanted.has(target) || isPartialAt(target, wanted)) ? [{ ...file, target }] : [];
    });
    const infos = yield* askAll(ours.map(({ process, fd }) => read(`/proc/${process.pid}/fdinfo/${fd}`, { become })));
    const writers = ours.flatMap(({ process, target }, index): readonly Writer[] => {
      const info = infos[index];
      return info !== undefined && isWritten(fileTextIfAny(info))
        ? [{ ...who(process), path: target, unfinished: !wanted.has(target) }]
        : [];
    });
    const closed = candidates.filter((_, index) => folders[index]?.ok === false && isDenied(folders[index]?.errno));
    const hidden = closed.filter(({ args }) => args.includes(name) && copierIn(args) !== undefined).map(who);
    return { there: found.ok, writers: unique(writers), hidden, looked: candidates.length - closed.length };
  },
});

const who = ({ pid, user, args }: Process) => ({ pid, user, program: copierIn(args) ?? firstWord(args) });

const firstWord = (args: string): string => {
  const [word = ''] = args.split(' ', 1);
  return word.slice(word.lastIndexOf('/') + 1);
};

const unique = (writers: readonly Writer[]): readonly Writer[] =>
  writers.filter(
    (each, index) => writers.findIndex(({ pid, path }) => pid === each.pid && path === each.path) === index,
  );

const isDenied = (errno: string | undefined): boolean => errno === 'EACCES' || errno === 'EPERM';

function isPartialAt(target: string, wanted: ReadonlySet<string>): boolean {
  const at = target.lastIndexOf('/');
  return [...wanted].some((path) => {
    const end = path.lastIndexOf('/');
    return path.slice(0, end) === target.slice(0, at) && isPartialOf(target.slice(at + 1), path.slice(end + 1));
  });
}

/** The access mode is in the last two bits: 0 reads, 1 writes, 2 does both. Source: proc_pid_fdinfo(5), open(2). */
function isWritten(info: string | undefined): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(info ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}
