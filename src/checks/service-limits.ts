import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import { unitOf, type Service } from '../core/service.ts';
import { logBytes } from '../core/service-manager.ts';
import { memory, type Memory } from '../probes/memory.ts';
import { serviceLimits as probe, type ProcessLimits, type ServiceLimits } from '../probes/service-limits.ts';
import { serviceLogs } from '../probes/service-logs.ts';
import { runsOf } from './log-reading.ts';
import { serviceInput } from './managed.ts';

/** Of the address space that a process may have; above it the next large mapping fails. */
const nearPercent = 90;
/** How programs say that the kernel gave them no memory: C, C++, Python, Go, PyTorch. */
const noMemory =
  /cannot allocate memory|std::bad_alloc|\bENOMEM\b|\bMemoryError\b|Errno 12\]|mmap failed|failed to mmap|can't allocate memory/i;

/** Trap: the node has plenty of memory and a program gets none, because `ulimit -v` counts what it maps, not what it uses. */
export const serviceLimits = defineCheck({
  name: 'service.limits',
  summary: 'A service is not held back by the limits of its own processes: address space, open files',
  layer: 'inference',
  rule: 'Critical when address space is limited and the log tells of failed allocations, or from `filesCriticalPercent` of its open files; degraded from 90 % of the address space or `filesDegradedPercent`.',
  unseen: 'Other limits (locked memory, stack, processes), and all but the six largest processes of a service.',
  subjects: services(({ manager }) => manager !== 'none'),
  needs(service, node) {
    const asked = serviceInput(service, node);
    const { manager, place } = asked;
    return {
      limits: need(probe, { ...asked, scripts: service.files.filter((path) => path.endsWith('.sh')) }),
      memory: need(memory, {}),
      logs: need(serviceLogs, { manager, place, unit: unitOf(service), logs: service.logs, bytes: logBytes }),
    };
  },
  evaluate({ limits, memory: host, logs }, service, node): Verdict | readonly Verdict[] {
    const { name } = service;
    // One that is started again and again has said it before its last start.
    const runs = limits.of === 'service' ? -1 : -2;
    // What the log says counts only where there is a limit.
    const isLimited = limits.scripts.length > 0 || limits.processes.some((each) => each.addressSpaceBytes !== null);
    const lines = isLimited
      ? logs.flatMap((log) =>
          runsOf(log)
            .slice(runs)
            .flatMap((run) => run.lines),
        )
      : [];
    const said = lines.findLast((line) => noMemory.test(line));
    const found = [
      ...limits.processes.flatMap((each) => addressSpace(each, limits, said, host, service) ?? []),
      ...limits.scripts.flatMap(({ path, bytes }) => script(path, bytes, said, host, service) ?? []),
      ...limits.processes.flatMap((each) => (limits.of === 'service' ? (files(each, service, node) ?? []) : [])),
    ];
    // Processes of one service have one limit, and one sentence about it is enough.
    const [first] = found.toSorted((a, b) => Number(b.status === 'critical') - Number(a.status === 'critical'));
    if (first !== undefined) return first;
    if (limits.processes.length === 0 || limits.of === 'manager') {
      return { status: 'not_applicable', summary: `${name} has no process whose limits could be read.` };
    }
    const seen = limits.processes.flatMap((each) => (each.files === null ? [] : [each.files]));
    const open =
      seen.length === 0 ? 'its open files may not be seen' : `${count(Math.max(...seen), 'file')} open at most`;
    const limit = limits.processes.find(({ addressSpaceBytes }) => addressSpaceBytes !== null)?.addressSpaceBytes;
    const space =
      limit === undefined || limit === null ? 'no limit on address space' : `address space up to ${bytesText(limit)}`;
    return { status: 'ok', summary: `${name}: ${space}, ${open}.` };
  },
});

function addressSpace(
  { pid, args, addressSpaceBytes: limit, peakBytes }: ProcessLimits,
  { of }: ServiceLimits,
  said: string | undefined,
  host: Memory,
  { name, manager }: Service,
): Verdict | undefined {
  if (limit === null) return undefined;
  const used = peakBytes === null ? 0 : (100 * peakBytes) / limit;
  const near = of === 'service' && used >= nearPercent;
  if (said === undefined && !near) return undefined;
  const who =
    of === 'service'
      ? `process ${pid} "${args.slice(0, 60)}" of ${name}`
      : `${manager}, and so ${name} that it starts,`;
  const had = of === 'service' && peakBytes !== null ? ` and had up to ${bytesText(peakBytes)}` : '';
  const why = said === undefined ? `over ${nearPercent} %` : `and its log says "${said.trim().slice(0, 120)}"`;
  return {
    status: said === undefined ? 'degraded' : 'critical',
    summary: `${upper(who)} may map ${bytesText(limit)} of address space at most (ulimit -v)${had}, ${why}: allocations fail although the node has ${bytesText(host.availableBytes)} available.`,
    restartHelps: 'no',
    next: [raise(name)],
  };
}

function script(
  path: string,
  bytes: number,
  said: string | undefined,
  host: Memory,
  { name }: Service,
): Verdict | undefined {
  if (said === undefined) return undefined;
  return {
    status: 'critical',
    summary: `${path} lets ${name} map ${bytesText(bytes)} of address space at most (ulimit -v), and its log says "${said.trim().slice(0, 120)}": allocations fail although the node has ${bytesText(host.availableBytes)} available.`,
    restartHelps: 'no',
    next: [raise(name)],
  };
}

function files(
  { pid, args, files: open, filesLimit }: ProcessLimits,
  { name }: Service,
  { thresholds: { filesDegradedPercent, filesCriticalPercent } }: Node,
): Verdict | undefined {
  if (open === null || filesLimit === null || filesLimit === 0) return undefined;
  const limit = [filesCriticalPercent, filesDegradedPercent].find((percent) => (100 * open) / filesLimit >= percent);
  if (limit === undefined) return undefined;
  return {
    status: limit === filesCriticalPercent ? 'critical' : 'degraded',
    summary: `Process ${pid} "${args.slice(0, 60)}" of ${name} has ${open} of ${filesLimit} files open, over ${limit} %: at the limit it can open no file and accept no connection.`,
    restartHelps: 'maybe',
    next: [
      {
        say: `See what process ${pid} holds open (/proc/${pid}/fd): many alike are a leak; otherwise raise the limit (minfds of supervisord, LimitNOFILE of systemd, ulimit -n).`,
      },
    ],
  };
}

const raise = (name: string): Next => ({
  say: `Take the limit away where it is set (ulimit -v in the start script of ${name} or of its manager, LimitAS of systemd, limits.conf): a GPU program maps far more than it uses.`,
});

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
