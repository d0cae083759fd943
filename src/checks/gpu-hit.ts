import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { identity } from '../probes/identity.ts';
import { kernelLog } from '../probes/kernel-log.ts';
import { programOf, type Process } from '../probes/processes.ts';
import { serviceProcesses } from '../probes/service-processes.ts';
import { serviceInput } from './managed.ts';
import { xidCode } from './xid-codes.ts';
import { xidEvents } from './xid-events.ts';
import { compareMoves, xidMoves } from './xid-moves.ts';
import { xidStories, type Judged } from './xid-story.ts';

/** A process that an error hit has lost what it had on the GPU, whether it notices or not. Source: NVIDIA's Xid catalog. */
export const gpuHit = defineCheck({
  name: 'gpu.hit',
  summary: 'No process of a GPU service goes on that an error of the GPU (Xid) has hit',
  layer: 'inference',
  rule: "Degraded when a process that the kernel log names in an Xid still runs, for `kernelFaultHours`; unknown in a container, where that log counts processes otherwise. Source: NVIDIA's Xid catalog.",
  unseen: 'Errors that name no process, AMD GPUs, and processes that a manager does not tell of.',
  subjects: services(({ gpu, manager }) => gpu && manager !== 'none'),
  needs: (service, node) => ({
    log: need(kernelLog, { become: node.become }),
    identity: need(identity, {}),
    processes: need(serviceProcesses, serviceInput(service, node)),
  }),
  evaluate({ log, identity: { uptimeSeconds, container }, processes: { tree } }, service, node): Verdict {
    const { name } = service;
    if (!log.known) return { status: 'not_applicable', summary: 'The kernel log is not read; see gpu.xid.' };
    if (tree.length === 0) return { status: 'not_applicable', summary: `${name} does not run; see service.running.` };
    const ageOf = ({ event: { at } }: Judged) => (at === null ? null : Math.max(0, uptimeSeconds - at));
    const told = xidStories(xidEvents(log))
      .flatMap(({ judged }) => judged)
      .filter((each) => each.event.program !== null && hits(each))
      .filter((each) => (ageOf(each) ?? 0) <= node.thresholds.kernelFaultHours * 3_600)
      .toSorted((a, b) => compareMoves(b.move, a.move));
    for (const each of told) {
      const before = tree.filter((process) => isOlder(process, ageOf(each)));
      const struck = before.find(({ pid }) => pid === each.event.program?.pid);
      if (container === null && struck !== undefined) return wounded(each, struck, ageOf(each), service, node);
      if (container !== null && before.length > 0) return untold(each, ageOf(each), service);
    }
    return { status: 'ok', summary: `${name}: no error of the GPU names one of its processes.` };
  },
});

/** What is only noted or watched leaves programs as they are. */
const hits = ({ move }: Judged): boolean =>
  xidMoves[move].restartHelps !== 'no' || xidMoves[move].status === 'critical';

/** It was there before the error: numbers are given anew. */
const isOlder = ({ ageSeconds }: Process, since: number | null): boolean =>
  ageSeconds === null || since === null || ageSeconds + 1 >= since;

const untold = ({ event: { code, program } }: Judged, since: number | null, { name }: Service): Verdict => ({
  status: 'unknown',
  summary: `Whether it was ${name} that Xid ${code} hit${whenText(since)} is not known: in a container its processes have other numbers than the kernel log names (${program?.name ?? 'a program'}, pid ${program?.pid}).`,
  next: [{ say: `See whether ${name} still answers as it should; it ran before that. A restart gives it a GPU anew.` }],
});

const whenText = (since: number | null): string => (since === null ? '' : ` ${durationText(since)} ago`);

function wounded(
  { event: { code, program }, move, says }: Judged,
  struck: Process,
  since: number | null,
  { name }: Service,
  node: Node,
): Verdict {
  const isMended = xidMoves[move].status !== 'critical';
  return {
    status: 'degraded',
    summary: `${name}: Xid ${code} (${xidCode(code).name}) hit ${program?.name ?? programOf(struck)} (pid ${struck.pid})${whenText(since)}, and that still runs: ${says}.`,
    signature: 'NV-XID',
    restartHelps: isMended ? 'yes' : 'after-fix',
    next: [
      isMended
        ? { say: `Restart ${name}.`, tool: 'service_restart', args: { node: node.name, service: name } }
        : { say: `See gpu.xid for what the GPU needs; then restart ${name}.` },
    ],
  };
}
