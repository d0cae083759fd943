import { defineCheck, needTwice, theNode, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Next } from '../core/report.ts';
import { processes, type Process, type Processes } from '../probes/processes.ts';
import { waitsFor } from './kernel-waits.ts';

const apartMs = 10_000;
/** A supervisor in a container that reaps nobody fills the table of processes. Source: gpud. */
const manyZombies = 1_000;
const mostNamed = 3;

/**
 * Processes that sleep in the kernel and that no signal ends, proven by a second look: one look at a busy disk shows some
 * too. One whose memory grew in between makes progress.
 *
 * Sources: gpud (blocked processes), GCM (zombies), a recorded wait on a stopped FUSE daemon, which is not even in D.
 */
export const nodeStuck = defineCheck({
  name: 'node.stuck',
  summary: 'No process is stuck in the kernel, and dead ones are cleared away',
  layer: 'gpu',
  subjects: theNode,
  needs: () => ({
    looks: needTwice(processes, {}, { apartMs, settled: ({ list }) => !list.some(isWaiting) }),
  }),
  evaluate({ looks: [first, second] }): readonly Verdict[] {
    const last = second ?? first;
    const stuck = second === undefined ? [] : second.list.filter((each) => isStill(each, first));
    const verdicts = [...byWhom(stuck), ...zombies(last)];
    if (verdicts.length > 0) return verdicts;
    const seen = `${count(last.list.length, 'process', 'processes')}${last.complete ? '' : ' looked at'}, none stuck in the kernel`;
    return [{ status: 'ok', summary: second === undefined ? `${seen}.` : `${seen} in two looks.` }];
  },
});

/**
 * Threads of the kernel sleep so by trade, and a busy disk keeps others waiting all the time: how long is told by the
 * pressure on storage (node.load) and by the kernel log. Who waits for FUSE can be interrupted for a while (S, not D).
 */
function isWaiting({ state, waitsIn, args }: Process): boolean {
  const whom = waitsFor(waitsIn ?? '');
  if (args === '' || whom === 'storage') return false;
  return state === 'D' || (state === 'S' && whom === 'fuse' && !isDaemon(waitsIn ?? ''));
}

/** The program that serves a mount waits for requests. */
const isDaemon = (waitsIn: string): boolean => waitsIn.startsWith('fuse_dev_');

function isStill(process: Process, before: Processes): boolean {
  const earlier = before.list.find(({ pid, args }) => pid === process.pid && args === process.args);
  return (
    earlier !== undefined &&
    isWaiting(earlier) &&
    isWaiting(process) &&
    earlier.waitsIn === process.waitsIn &&
    earlier.rssBytes === process.rssBytes
  );
}

type Whom = 'driver' | 'fuse' | 'nfs' | 'unseen';

const meanings: Readonly<Record<Whom, { status: Verdict['status']; whom: string; next: Next }>> = {
  driver: {
    status: 'critical',
    whom: 'the GPU driver',
    next: {
      say: 'Do not run nvidia-smi again, each call gets stuck too: save the kernel log; only a reboot ends such processes.',
    },
  },
  fuse: {
    status: 'degraded',
    whom: 'the program that serves a FUSE mount',
    next: { say: 'See mount.alive; declare that mount under `mounts` in the fleet file, so that it is asked.' },
  },
  nfs: {
    status: 'degraded',
    whom: 'a file server',
    next: { say: 'See mount.alive and whether the file server answers; the processes go on when it does.' },
  },
  unseen: {
    status: 'degraded',
    whom: 'something in it that is not known',
    next: { say: 'As root, read /proc/PID/stack of one of them: it names what they wait for.' },
  },
};

function byWhom(stuck: readonly Process[]): readonly Verdict[] {
  const groups = new Map<Whom, Process[]>();
  for (const process of stuck) {
    const seen = waitsFor(process.waitsIn ?? '');
    const whom = ofDriver(process) ? 'driver' : seen === undefined || seen === 'storage' ? 'unseen' : seen;
    groups.set(whom, [...(groups.get(whom) ?? []), process]);
  }
  return [...groups].map(([key, group]) => {
    const { status, whom, next } = meanings[key];
    const named = group.slice(0, mostNamed).map(nameOf).join(', ');
    const more = group.length > mostNamed ? ` and ${group.length - mostNamed} more` : '';
    const summary = `${count(group.length, 'process', 'processes')} stuck in the kernel in two looks ${apartMs / 1_000} s or more apart, waiting for ${whom}: ${named}${more}.`;
    return { status, summary, restartHelps: 'no', next: [next] };
  });
}

/** The tools and daemons of the driver are stuck in nothing else. */
const ofDriver = ({ args, waitsIn }: Process): boolean =>
  waitsFor(waitsIn ?? '') === undefined && /^nvidia-|^(?:rocm|amd)-smi$|^dcgmi?$/.test(programOf(args));

const nameOf = ({ args, pid, waitsIn }: Process): string =>
  `${programOf(args)} (pid ${pid}${waitsIn === null ? '' : `, in ${waitsIn}`})`;

const programOf = (args: string): string => (args.split(' ')[0] ?? '').replace(/^.*\//, '').slice(0, 40);

function zombies({ list }: Processes): readonly Verdict[] {
  const dead = list.filter(({ state }) => state === 'Z');
  if (dead.length < manyZombies) return [];
  const parents = new Map<number, number>();
  for (const { parent } of dead) parents.set(parent, (parents.get(parent) ?? 0) + 1);
  const [[parent, most] = [0, 0]] = [...parents].toSorted(([, a], [, b]) => b - a);
  const program = programOf(list.find(({ pid }) => pid === parent)?.args ?? '');
  const summary = `${dead.length} processes that ended were never cleared away, ${manyZombies} or more; ${most} of them by ${program} (pid ${parent}).`;
  const say = `Restart ${program} when it suits, or start the container with an init (docker run --init): they go away with their parent.`;
  return [{ status: 'degraded', summary, next: [{ say }] }];
}
