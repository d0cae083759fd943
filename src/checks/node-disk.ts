import { defineCheck, need, type Need, type Subject, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { disk, type Room } from '../probes/disk.ts';
import { brokenFilesystem } from './file-trouble.ts';
import { declaredPlaces, derivedPlaces } from './places.ts';

interface Place {
  readonly path: string;
  /** Paths whose filesystem is judged already: a place on the same one says nothing new. */
  readonly judged: readonly string[];
}

/** Thresholds: 80 and 95 % (gpud, GCM), overridable. */
export const nodeDisk = defineCheck({
  name: 'node.disk',
  summary: 'Bytes and inodes are left where the node and its services write',
  layer: 'storage',
  subjects: (node): readonly Subject<Place>[] => {
    const [declared, derived] = [declaredPlaces(node), derivedPlaces(node)];
    // Each declared mount stands alone, so that one which hangs hides no other.
    return [...declared, ...derived].map((path, index, all) => ({
      id: `mount:${path}`,
      value: { path, judged: index < declared.length ? [] : all.slice(0, index) },
    }));
  },
  needs: ({ path, judged }, { become }): Readonly<Record<string, Need<Room>>> =>
    Object.fromEntries([...judged, path].map((each) => [each, need(disk, { path: each, become })])),
  evaluate(rooms, { path, judged }, node): readonly Verdict[] {
    const room = rooms[path];
    if (room === undefined) return [];
    if (!room.known) return [trouble(path, room, node)];
    if (judged.some((other) => isSame(room, rooms[other]))) return [];
    return [fullness(path, room, node)];
  },
});

/** Two answers of one filesystem; what is free may have moved a little in between. */
function isSame(room: Room, other: Room | undefined): boolean {
  if (!room.known || other?.known !== true) return false;
  return (
    room.totalBytes === other.totalBytes &&
    room.inodes === other.inodes &&
    Math.abs(room.freeBytes - other.freeBytes) <= room.totalBytes / 100
  );
}

function trouble(path: string, { errno, message }: Room & { known: false }, node: Node): Verdict {
  if (brokenFilesystem(errno) !== undefined || errno === 'ETIMEDOUT') {
    return { status: 'unknown', summary: `The room on ${path} is not known, because it fails: see mount.alive.` };
  }
  if (errno === 'ENOENT' && node.mounts.includes(path)) {
    return { status: 'critical', summary: `${path} is not there, and the node must have it.`, next: [remount] };
  }
  if (errno === 'ENOENT') return { status: 'not_applicable', summary: `${path} is not there.` };
  return { status: 'unknown', summary: `The room on ${path} is not known: ${message} (${errno}).` };
}

function fullness(path: string, room: Room & { known: true }, { thresholds }: Node): Verdict {
  const { totalBytes, freeBytes, inodes, freeInodes } = room;
  if (totalBytes === 0) return { status: 'unknown', summary: `The filesystem of ${path} reports no size.` };
  const bytesUsed = 100 - (100 * freeBytes) / totalBytes;
  const inodesUsed = inodes === 0 ? 0 : 100 - (100 * freeInodes) / inodes;
  const used = Math.max(bytesUsed, inodesUsed);
  const { diskDegradedPercent, diskCriticalPercent } = thresholds;
  const limit = [diskCriticalPercent, diskDegradedPercent].find((percent) => used >= percent);
  const left = `${path} has ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free (${whole(bytesUsed)} % used)`;
  const nodes = inodes === 0 ? '' : `, inodes ${whole(inodesUsed)} % used`;
  if (limit === undefined) return { status: 'ok', summary: `${left}${nodes}.` };
  const outOfInodes = inodesUsed > bytesUsed;
  return {
    status: limit === diskCriticalPercent ? 'critical' : 'degraded',
    summary: outOfInodes
      ? `${path} has ${freeInodes} of ${inodes} inodes free (${whole(inodesUsed)} % used, limit ${limit} %): no new file fits, although ${bytesText(freeBytes)} are free.`
      : `${left}, over ${limit} %${nodes}.`,
    next: [{ say: outOfInodes ? manyFiles(path) : largeFiles(path) }],
  };
}

/** Rounded down, so that 100 % is said only when nothing is left. */
const whole = (percent: number): number => Math.floor(percent);

const largeFiles = (path: string) =>
  `Find what is large on ${path} (old models, caches, logs, files that are deleted but still open) before a service has to write there.`;
const manyFiles = (path: string) =>
  `Find the directory with the most files on ${path}; deleting large files does not help.`;
const remount = {
  say: 'Mount it, then restart the services that looked for their files there.',
};
