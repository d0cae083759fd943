import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eitherManager, type Fault } from '../fault.ts';
import { hostOf } from '../place.ts';
import type { Room } from '../sftp-requests.ts';

const mebibyte = 1_048_576;
const disk = { totalMiB: 100, otherMiB: 20, logMiB: 64 };
const line = '2026-11-20T03:00:00.000Z INFO worker: idle, 0 tasks done\n';

const blocks = (bytes: number): number => Math.max(0, Math.floor(bytes / 4_096));

/** A disk of a known size in blocks of 4 KiB, so much of it in use. */
function roomOf(totalBytes: number, usedBytes: number): Room {
  const free = blocks(totalBytes - usedBytes);
  return { bsize: 4_096, blocks: blocks(totalBytes), bfree: free, bavail: free, files: 0, ffree: 0 };
}

async function bytesIn(folder: string): Promise<number> {
  const files = await Promise.all(
    (await readdir(folder)).map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}

/** Of the node below its services. */
export const nodeFaults: readonly Fault[] = [
  {
    name: 'full_disk',
    shows: 'The disk with the logs will be full before noon.',
    managers: eitherManager,
    // What lies on it is real and counted; how large it is, is not.
    simulated: ['size of the disks'],
    thresholds: { diskDegradedPercent: 80, diskCriticalPercent: 95 },
    declares: (place) => ({ worker: { logs: [hostOf(place).logs('worker').out] } }),
    async plant(place) {
      const log = hostOf(place).logs('worker').out;
      const folder = dirname(log);
      await mkdir(folder, { recursive: true });
      await writeFile(log, line.repeat(Math.ceil((disk.logMiB * mebibyte) / line.length)));
      place.room = async (path) =>
        path === folder || path.startsWith(`${folder}/`)
          ? roomOf(disk.totalMiB * mebibyte, disk.otherMiB * mebibyte + (await bytesIn(folder)))
          : roomOf(1024 ** 4, 1024 ** 4 / 4);
    },
    cause: ['log.size', 'log:'],
    named: /log\.size|node\.disk|\blog\b.*(?:large|fill|hold|grow|disk)|disk/i,
    cure: { playbook: 'disk_free', ends: 'verified' },
    touches: [],
  },
];
