import { defineCheck, needTwice, theNode, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Next } from '../core/report.ts';
import { mayHangInDriver } from '../probes/gpu-stuck.ts';
import { processes, programOf, type Process, type Processes } from '../probes/processes.ts';
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
  rule: 'Critical when a process waits for the GPU driver in two looks 10 s apart; degraded when it waits for FUSE, a file server or something not known, and from 1,000 processes that ended and were not cleared away (gpud). gpu.wedged judges the NVIDIA driver.',
  unseen:
    'Waits for a local disk (node.load shows them), waits shorter than the looks, and single threads of a process.',
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
function isWaiting(process: Process): boolean {
  const { state, waitsIn, args } = process;
  const whom = waitsFor(waitsIn ?? '');
  // The NVIDIA driver is the matter of gpu.wedged.
  if (args === '' || whom === 'storage' || mayHangInDriver(process)) return false;
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
      say: 'Run no further tools of the GPU, they get stuck too: save the kernel log; only a reboot ends such processes.',
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
    const whom = seen === undefined || seen === 'storage' ? 'unseen' : seen;
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

const nameOf = (process: Process): string =>
  `${programOf(process)} (pid ${process.pid}${process.waitsIn === null ? '' : `, in ${process.waitsIn}`})`;

function zombies({ list }: Processes): readonly Verdict[] {
  const dead = list.filter(({ state }) => state === 'Z');
  if (dead.length < manyZombies) return [];
  const parents = new Map<number, number>();
  for (const { parent } of dead) parents.set(parent, (parents.get(parent) ?? 0) + 1);
  const [[parent, most] = [0, 0]] = [...parents].toSorted(([, a], [, b]) => b - a);
  const owner = list.find(({ pid }) => pid === parent);
  const program = owner === undefined ? 'a process' : programOf(owner);
  const summary = `${dead.length} processes that ended were never cleared away, ${manyZombies} or more; ${most} of them by ${program} (pid ${parent}).`;
  const say = `Restart ${program} when it suits, or start the container with an init (docker run --init): they go away with their parent.`;
  return [{ status: 'degraded', summary, next: [{ say }] }];
}
