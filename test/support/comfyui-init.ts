import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { has } from './requires.ts';

/** Whether a root folder with mounts of its own can be made here. */
export const hasRooms = has('unshare') && has('setpriv') && has('bash') && process.getuid?.() === 0 && canUnshare();

function canUnshare(): boolean {
  return spawnSync('unshare', ['-m', 'true']).status === 0;
}

export interface RoomMount {
  readonly inside: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface InitOptions {
  readonly mounts: readonly RoomMount[];
  readonly base: string | null;
  readonly uid?: number;
  readonly gid?: number;
}

const script = fileURLToPath(new URL('comfyui-init.bash', import.meta.url));

/** The mounts of a container, in a mount namespace that ends with it: arguments are the room, then what is run in it. */
const room = [
  'set -e; room=$1; shift',
  'mount -t tmpfs rackhand "$room"',
  'for each in bin lib lib64 usr dev proc; do [ -e "/$each" ] || continue; mkdir "$room/$each"; mount --rbind "/$each" "$room/$each"; done',
  'mkdir -p "$room/etc" "$room/tmp"; chmod 1777 "$room/tmp"',
  'while [ "$1" != -- ]; do mkdir -p "$room$1"; mount --rbind "$2" "$room$1"; [ "$3" = rw ] || mount -o remount,bind,ro "$room$1"; shift 3; done',
  'shift; mkdir -p "$room/init"; cp "$1" "$room/init/init"; shift',
  'exec chroot "$room" setpriv --reuid "$1" --regid "$2" --groups 27,100 /bin/bash /init/init "$@"',
].join('\n');

/** What the stand-in of the image's init script prints after its first `!! ERROR: `; null where it is content. */
export function initSays({ mounts, base, uid = 1024, gid = 1024 }: InitOptions): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'rh-room-'));
  const parents = mounts.toSorted((a, b) => a.inside.length - b.inside.length);
  const words = parents.flatMap(({ inside, path, readOnly }) => [inside, path, readOnly === true ? 'ro' : 'rw']);
  const last = [script, String(uid), String(gid), base ?? '-'];
  const ran = spawnSync(
    'unshare',
    ['-m', '--propagation', 'private', 'sh', '-c', room, 'room', folder, ...words, '--', ...last],
    {
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  const [, says] = /^!! ERROR: (.*)$/m.exec(ran.stdout) ?? [];
  if (says === undefined && !ran.stdout.includes('++ all folders'))
    throw new Error(`no answer: ${ran.stdout}${ran.stderr}`);
  return says ?? null;
}
