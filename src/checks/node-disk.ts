import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { usedPercent, type Room } from '../probes/disk.ts';
import { diskUse, type DiskUse } from '../probes/disk-use.ts';
import { whatFills } from './disk-filled.ts';
import { brokenFilesystem } from './file-trouble.ts';
import { declaredPlaces, derivedPlaces } from './places.ts';

interface Place {
  readonly path: string;
  readonly judged: readonly string[];
}

const mebibyte = 1024 ** 2;

/** Thresholds: 80 and 95 % (gpud, GCM), 500 MiB on / (gpud), overridable. */
export const nodeDisk = defineCheck({
  name: 'node.disk',
  summary: 'Bytes and inodes are left where the node and its services write; where not, what fills it',
  layer: 'storage',
  rule: 'Degraded from `diskDegradedPercent` of bytes or inodes in use; critical from `diskCriticalPercent`, below `rootCriticalMiB` free on /, or when a declared mount is not there; unknown when the filesystem does not tell. Sources: gpud, GCM.',
  unseen:
    'Quotas of users and projects, thin volumes that promise more than they hold, and how much a download still needs.',
  subjects: (node): readonly Subject<Place>[] => {
    const [declared, derived] = [declaredPlaces(node), derivedPlaces(node)];
    // Each declared mount stands alone, so that one which hangs hides no other.
    return [...declared, ...derived].map((path, index, all) => ({
      id: `mount:${path}`,
      value: { path, judged: index < declared.length ? [] : all.slice(0, index) },
    }));
  },
  needs: ({ path, judged }, { become, thresholds }) => ({
    use: need(diskUse, {
      path,
      judged,
      fromPercent: thresholds.diskDegradedPercent,
      belowBytes: leastBytes(path, thresholds),
      become,
    }),
  }),
  evaluate({ use }, { path }, node): readonly Verdict[] {
    if (use.judged) return [];
    return [use.room.known ? fullness(path, use.room, use, node) : trouble(path, use.room, node)];
  },
});

const leastBytes = (path: string, { rootCriticalMiB }: Node['thresholds']): number =>
  path === '/' ? rootCriticalMiB * mebibyte : 0;

function trouble(path: string, { errno, message }: Room & { known: false }, node: Node): Verdict {
  if (brokenFilesystem(errno) !== undefined || errno === 'ETIMEDOUT') {
    return { status: 'unknown', summary: `The room on ${path} is not known, because it fails: see mount.alive.` };
  }
  if (errno === 'ENOENT' && node.mounts.includes(path)) {
    return { status: 'critical', summary: `${path} is not there, and the node must have it.`, next: [mountIt] };
  }
  if (errno === 'ENOENT') return { status: 'not_applicable', summary: `${path} is not there.` };
  return { status: 'unknown', summary: `The room on ${path} is not known: ${message} (${errno}).` };
}

function fullness(path: string, room: Room & { known: true }, { owners }: DiskUse, { thresholds }: Node): Verdict {
  const { totalBytes, freeBytes, inodes, freeInodes } = room;
  const used = usedPercent(room);
  if (used === undefined) return { status: 'unknown', summary: `The filesystem of ${path} reports no size.` };
  const { diskDegradedPercent, diskCriticalPercent } = thresholds;
  const limit = [diskCriticalPercent, diskDegradedPercent].find(
    (percent) => Math.max(used.bytes, used.inodes) >= percent,
  );
  const left = `${path} has ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free (${whole(used.bytes)} % used)`;
  const nodes = inodes === 0 ? '' : `, inodes ${whole(used.inodes)} % used`;
  const least = leastBytes(path, thresholds);
  const tooLittle = freeBytes < least && limit !== diskCriticalPercent;
  if (limit === undefined && !tooLittle) return { status: 'ok', summary: `${left}${nodes}.` };
  const filled = owners === null ? undefined : whatFills(path, owners, totalBytes - freeBytes);
  const why = filled === undefined ? '' : filled.says;
  const outOfInodes = used.inodes > used.bytes && !tooLittle;
  const said = outOfInodes
    ? `${path} has ${freeInodes} of ${inodes} inodes free (${whole(used.inodes)} % used, limit ${limit} %): no new file fits, although ${bytesText(freeBytes)} are free`
    : `${left}, ${tooLittle ? `less than ${bytesText(least)}` : `over ${limit} %`}${nodes}`;
  return {
    status: tooLittle || limit === diskCriticalPercent ? 'critical' : 'degraded',
    summary: `${said}${why}.`,
    next: filled?.next ?? [{ say: outOfInodes ? manyFiles(path) : largeFiles(path) }],
  };
}

/** Rounded down, so that 100 % is said only when nothing is left. */
const whole = (percent: number): number => Math.floor(percent);

const largeFiles = (path: string) =>
  `Find what is large on ${path} (old models, caches, logs, files that are deleted but still open) before a service has to write there.`;
const manyFiles = (path: string) =>
  `Find the directory with the most files on ${path}; deleting large files does not help.`;
const mountIt = { say: 'Mount it, then restart the services that looked for their files there.' };
