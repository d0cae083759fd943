import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { unitOf, type Service } from '../core/service.ts';
import { usedPercent } from '../probes/disk.ts';
import { leastShare } from '../probes/disk-use.ts';
import { logSizes, type LogSize } from '../probes/log-sizes.ts';
import { managerOf } from './managed.ts';

const mebibyte = 1_048_576;

/** Of all that fills a disk, the one thing that is the services' own and that nobody misses when it is packed. */
export const logSize = defineCheck({
  name: 'log.size',
  summary: 'No log of a service is a good part of what fills its disk',
  layer: 'storage',
  rule: 'Degraded for a log from 1 MiB on that holds 5 % or more of what is used on a disk over `diskDegradedPercent`. Source: the disk report of this program, which names nothing smaller.',
  unseen: 'Logs that neither manager nor fleet file names, those that were put aside before, and what a journal holds.',
  subjects: (node) =>
    services(({ manager, logs }) => manager !== 'none' || logs.length > 0)(node).map((subject) => ({
      ...subject,
      layer: 'storage',
    })),
  needs(service, node) {
    const { manager, place } = managerOf(service, node);
    return { sizes: need(logSizes, { manager, place, unit: unitOf(service), logs: service.logs }) };
  },
  evaluate({ sizes }, service, node): Verdict | readonly Verdict[] {
    const { name } = service;
    if (sizes.length === 0) return { status: 'not_applicable', summary: `${name} has no log that is a file.` };
    const large = sizes.filter((size) => isLarge(size, node)).toSorted((a, b) => b.bytes - a.bytes);
    if (large.length > 0) return large.map((size) => tooLarge(size, service, node));
    const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
    return { status: 'ok', summary: `${name}: its ${count(sizes.length, 'log')} hold ${bytesText(bytes)}.` };
  },
});

function isLarge({ bytes, room }: LogSize, { thresholds }: Node): boolean {
  const used = usedPercent(room);
  if (!room.known || used === undefined || used.bytes < thresholds.diskDegradedPercent) return false;
  return bytes >= mebibyte && bytes >= leastShare * (room.totalBytes - room.freeBytes);
}

function tooLarge({ path, bytes, room }: LogSize, { name }: Service, node: Node): Verdict {
  const used = Math.floor(usedPercent(room)?.bytes ?? 0);
  return {
    status: 'degraded',
    summary: `${name}: its log ${path} holds ${bytesText(bytes)} of a disk that is ${used} % full.`,
    subject: `log:${path}`,
    next: [
      {
        say: `Pack it and empty it in place; then see why ${name} writes so much.`,
        tool: 'log_rotate',
        args: { node: node.name, service: name, path },
      },
    ],
  };
}
