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
    if (container !== null && told.length > 0)
      return {
        status: 'unknown',
        summary: `Whether ${name} was hit by an error of the GPU is not known: the kernel log numbers processes as the machine does, and ${name} runs in a container.`,
      };
    for (const each of told) {
      const struck = tree.find((process) => isSame(process, each, ageOf(each)));
      if (struck !== undefined) return wounded(each, struck, ageOf(each), service, node);
    }
    return { status: 'ok', summary: `${name}: no error of the GPU names one of its processes.` };
  },
});

/** What is only noted or watched leaves programs as they are. */
const hits = ({ move }: Judged): boolean =>
  xidMoves[move].restartHelps !== 'no' || xidMoves[move].status === 'critical';

/** A number is given anew: the process was there before the error. */
const isSame = ({ pid, ageSeconds }: Process, { event }: Judged, since: number | null): boolean =>
  pid === event.program?.pid && (ageSeconds === null || since === null || ageSeconds + 1 >= since);

function wounded(
  { event: { code }, move, says }: Judged,
  struck: Process,
  since: number | null,
  { name }: Service,
  node: Node,
): Verdict {
  const isMended = xidMoves[move].status !== 'critical';
  const when = since === null ? '' : ` ${durationText(since)} ago`;
  return {
    status: 'degraded',
    summary: `${name}: Xid ${code} (${xidCode(code).name}) hit ${programOf(struck)} (pid ${struck.pid})${when}, and that still runs: ${says}.`,
    signature: 'NV-XID',
    restartHelps: isMended ? 'yes' : 'after-fix',
    next: [
      isMended
        ? { say: `Restart ${name}.`, tool: 'service_restart', args: { node: node.name, service: name } }
        : { say: `See gpu.xid for what the GPU needs; then restart ${name}.` },
    ],
  };
}
