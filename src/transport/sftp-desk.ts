import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { call } from './call.ts';
import type { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import { endOfFile, statusOf } from './errno.ts';

const stallMs = 2_000;

/** The request is held up behind one that does not come back, and may be put to another desk. */
export class HeldUp extends Error {}

/** SFTP does not do it, or not now: a command has to. The message says why, to the reader of a report. */
export class NoSftp extends Error {}

const spaceSchema = z.object({
  f_frsize: z.number(),
  f_blocks: z.number(),
  f_bfree: z.number(),
  f_bavail: z.number(),
  f_files: z.number(),
  f_favail: z.number(),
});
type FileSystem = z.infer<typeof spaceSchema>;

interface Pending {
  readonly path: string;
  readonly reject: (error: Error) => void;
}

/**
 * One SFTP channel with its requests as promises. The server answers one after the other, so a request that hangs (a
 * dead network mount) holds up all behind it: after 2 s without a word those are rejected with `HeldUp`.
 */
export interface Desk {
  stat(path: string): Promise<Stats>;
  readlink(path: string): Promise<string>;
  open(path: string): Promise<Buffer>;
  fstat(path: string, handle: Buffer): Promise<Stats>;
  /** Bytes read into `into` from `position`; 0 at the end of the file. */
  read(path: string, handle: Buffer, into: Buffer, position: number): Promise<number>;
  opendir(path: string): Promise<Buffer>;
  /** The next entries, an empty list after the last. */
  readdir(path: string, handle: Buffer): Promise<readonly FileEntryWithStats[]>;
  space(path: string): Promise<FileSystem>;
  close(handle: Buffer): void;
  /**
   * A time, in seconds, that the clock of the node has passed by now. procfs makes the entry of a process when it is
   * first looked up, so its time is the node's own clock at that moment.
   */
  clockFloor(): number;
  usable(): boolean;
  ended(): boolean;
  /** Closes as soon as nothing is pending; what is asked from now on is rejected with `HeldUp`. */
  leave(): void;
}

/** Opens the SFTP subsystem, or undefined where sshd has none. `stalled` names the path that holds up a desk. */
export async function openDesk(
  channels: Channels,
  stalled: (path: string, over: Promise<void>) => void,
): Promise<Desk | undefined> {
  const { channel, connection, release } = await channels.take((on) => openSftp(on));
  // sshd leaves the channel of a refused subsystem open, and ssh2 gives us no way to close it: its place stays taken.
  if (channel === undefined) return undefined;
  const sftp = channel;
  const waiting = new Set<Pending>();
  let broken: OpsError | undefined;
  let leaving = false;
  let stuck: (() => void) | undefined;
  let heard = performance.now();
  let watch: NodeJS.Timeout | undefined;

  const lose = (error: OpsError) => {
    broken ??= error;
    clearTimeout(watch);
    release();
    for (const { reject } of waiting) reject(error);
    waiting.clear();
    stuck?.();
  };
  const forget = connection.onLost(lose);
  sftp.on('error', () => {});
  sftp.on('close', () => {
    forget();
    sftp.end();
    lose(new OpsError('LINK_LOST', 'The SFTP server of the node ended.'));
  });

  const look = () => {
    watch = undefined;
    if (waiting.size === 0 || stuck) return;
    const quietMs = performance.now() - heard;
    if (quietMs < stallMs) watch = setTimeout(look, stallMs - quietMs);
    else stall();
  };
  const stall = () => {
    const [head, ...behind] = waiting;
    if (head === undefined) return;
    stalled(head.path, new Promise((resolve) => (stuck = resolve)));
    for (const pending of behind) {
      waiting.delete(pending);
      pending.reject(new HeldUp());
    }
  };

  const request = <T>(
    path: string,
    start: (done: (error: Error | null | undefined, value: T) => void) => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      // Whoever asks on at a desk that hangs would be cut off when it goes on, for then it is closed.
      if (leaving || stuck) return reject(new HeldUp());
      if (waiting.size === 0) heard = performance.now();
      const pending: Pending = { path, reject };
      waiting.add(pending);
      watch ??= setTimeout(look, stallMs);
      connection.gather();
      const done = (error: Error | null | undefined, value: T) => {
        heard = performance.now();
        waiting.delete(pending);
        // Only what held it up is still asked here: its path does not hang any more.
        stuck?.();
        if (error) reject(statusOf(error) === undefined ? (broken ?? lostChannel(error)) : error);
        else resolve(value);
        if (stuck || (leaving && waiting.size === 0)) sftp.end();
      };
      try {
        start(done);
      } catch (error) {
        waiting.delete(pending);
        reject(broken ?? new NoSftp(`The SFTP server of the node can not do this (${String(error)}).`));
      }
    });

  // procfs makes the entry of a process when it is first looked up, so its time is the node's own clock at that moment.
  let floor: { seconds: number; at: number } | undefined;
  sftp.stat('/proc/self', (_, stats) => {
    if (stats) floor = { seconds: stats.mtime, at: performance.now() };
  });

  return {
    stat: (path) => request(path, (done) => sftp.stat(path, done)),
    readlink: (path) => request(path, (done) => sftp.readlink(path, done)),
    open: (path) => request(path, (done) => sftp.open(path, 'r', done)),
    fstat: (path, handle) => request(path, (done) => sftp.fstat(handle, done)),
    read: (path, handle, into, position) =>
      request(path, (done) => sftp.read(handle, into, 0, into.length, position, (error, bytes) => done(error, bytes))),
    opendir: (path) => request(path, (done) => sftp.opendir(path, done)),
    readdir: (path, handle) =>
      request(path, (done) =>
        sftp.readdir(handle, (error, entries) =>
          statusOf(error) === endOfFile ? done(undefined, []) : done(error, entries),
        ),
      ),
    space: async (path) =>
      spaceSchema.parse(await request<unknown>(path, (done) => sftp.ext_openssh_statvfs(path, done))),
    close: (handle) => sftp.close(handle, () => {}),
    clockFloor: () =>
      floor === undefined ? Number.NEGATIVE_INFINITY : floor.seconds + (performance.now() - floor.at) / 1_000,
    usable: () => broken === undefined && stuck === undefined && !leaving,
    ended: () => broken !== undefined,
    leave() {
      leaving = true;
      if (waiting.size === 0) sftp.end();
    },
  };
}

const lostChannel = (cause: Error) =>
  new OpsError('LINK_LOST', 'The SFTP server of the node did not answer.', { cause });

async function openSftp(connection: Connection): Promise<SFTPWrapper | undefined> {
  try {
    return await call<SFTPWrapper>(connection, (done) => connection.client.sftp(done));
  } catch (error) {
    const refused = error instanceof Error && /subsystem|SFTP session|exceeds max length|VERSION/.test(error.message);
    if (refused && connection.lost() === undefined) return undefined;
    throw error;
  }
}
