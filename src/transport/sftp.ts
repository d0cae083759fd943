import { setTimeout as pause } from 'node:timers/promises';
import type { Attributes } from 'ssh2';
import type { FileAsk, FileFacts, FileTrouble, ListFound, Reply, SpaceFound, StatFound } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Channels } from './channels.ts';
import { fileType, statusOf, trouble } from './errno.ts';
import { HeldUp, NoSftp, openDesk, type Desk } from './sftp-desk.ts';
import { createReader } from './sftp-read.ts';

type Untimed<T> = T extends unknown ? Omit<T, 'at' | 'ms'> : never;
export type FileAnswer = Untimed<Exclude<Reply, { exitCode: unknown } | { status: unknown } | { reason: unknown }>>;

const entriesListed = 2_000;
/** One brings a hundred entries, and an empty one ends it. */
const [listingsFirst, listingsAhead] = [2, 4];
const desksStuck = 3;

/** As long as a question waits at most. */
const patienceMs = 10_000;

interface Hang {
  /** By the clock of `performance`. */
  readonly since: number;
  readonly over: Promise<void>;
}

interface Seat {
  readonly desk: Desk;
  readonly read: ReturnType<typeof createReader>;
}

/** Answers questions about files over one SFTP channel that is opened once and kept. */
export function createSftp(channels: Channels) {
  const stuck = new Map<string, Hang>();
  let seat: Promise<Seat | undefined> | undefined;
  let sitting: Seat | undefined;
  let withdrawn = false;
  channels.yieldWith(() => {
    withdrawn = true;
    sitting?.desk.leave();
  });

  const stalled = (path: string, over: Promise<void>) => {
    stuck.set(path, { since: performance.now(), over });
    void over.then(() => stuck.delete(path));
  };
  async function open(): Promise<Seat | undefined> {
    const desk = await openDesk(channels, stalled);
    sitting = desk && { desk, read: createReader(desk) };
    return sitting;
  }
  async function seated(): Promise<Seat> {
    if (withdrawn) throw new NoSftp('sshd allows one session at a time: files are read by commands.');
    const useless = sitting && (sitting.desk.ended() || (!sitting.desk.usable() && stuck.size < desksStuck));
    if (useless) seat = sitting = undefined;
    const opening = (seat ??= open());
    try {
      const found = await opening;
      if (found === undefined) throw new NoSftp('sshd refuses SFTP: files are read by commands.');
      return found;
    } catch (error) {
      if (!(error instanceof NoSftp) && seat === opening) seat = undefined;
      throw error;
    }
  }

  /** Errors: `NoSftp`, `LINK_LOST`, and `WEDGED` for a path that an earlier question hangs on for ten seconds. */
  return async function ask(question: FileAsk): Promise<FileAnswer> {
    for (;;) {
      const hang = stuck.get(question.path);
      if (hang !== undefined) await overInTime(hang, question.path);
      const { desk, read } = sitting?.desk.usable() ? sitting : await seated();
      try {
        return await answer(desk, read, question);
      } catch (error) {
        if (error instanceof HeldUp) continue;
        const named = trouble(error);
        if (named === undefined) throw error;
        return named;
      }
    }
  };
}

/** Errors: `WEDGED`. A node that is only slow, with more to do than it can, goes on before long. */
async function overInTime({ since, over }: Hang, path: string): Promise<void> {
  const left = patienceMs - (performance.now() - since);
  const waited = pause(Math.max(0, left), 'still', { ref: false });
  if ((await Promise.race([over, waited])) === 'still') throw wedged(path);
}

const wedged = (path: string) =>
  new OpsError('WEDGED', `${path} did not answer an earlier question, which still hangs.`, {
    hint: 'See whether its filesystem, a network mount perhaps, is alive.',
  });

async function answer(desk: Desk, read: Seat['read'], ask: FileAsk): Promise<FileAnswer> {
  switch (ask.kind) {
    case 'stat':
      return statAt(desk, ask.path);
    case 'list':
      return listAt(desk, ask.path);
    case 'space':
      return spaceAt(desk, ask.path);
    default:
      return read(ask);
  }
}

const facts = ({ mode, size, mtime, uid, gid }: Attributes): FileFacts => ({
  type: fileType(mode),
  size,
  mtimeMs: mtime * 1_000,
  mode: mode & 0o7777,
  uid,
  gid,
});

async function statAt(desk: Desk, path: string): Promise<Untimed<StatFound> | Untimed<FileTrouble>> {
  const [there, link] = await Promise.allSettled([desk.stat(path), desk.readlink(path)]);
  const named = link.status === 'fulfilled' ? { link: link.value } : {};
  if (link.status === 'rejected' && statusOf(link.reason) === undefined) throw link.reason;
  if (there.status === 'fulfilled') return { ok: true, ...facts(there.value), ...named };
  const wrong = trouble(there.reason);
  if (wrong === undefined) throw there.reason;
  return { ...wrong, ...named };
}

async function listAt(desk: Desk, path: string): Promise<Untimed<ListFound>> {
  const handle = await desk.opendir(path);
  try {
    const entries: ListFound['entries'][number][] = [];
    let omitted = 0;
    let ahead = listingsFirst;
    for (let more = true; more; ahead = listingsAhead) {
      const batches = await Promise.all(Array.from({ length: ahead }, () => desk.readdir(path, handle)));
      more = batches.every((batch) => batch.length > 0);
      for (const { filename, attrs } of batches.flat()) {
        if (filename === '.' || filename === '..') continue;
        if (entries.length < entriesListed) entries.push({ name: filename, ...facts(attrs) });
        else omitted += 1;
      }
    }
    return { ok: true, entries, omitted };
  } finally {
    desk.close(handle);
  }
}

async function spaceAt(desk: Desk, path: string): Promise<Untimed<SpaceFound>> {
  const { f_frsize, f_blocks, f_bfree, f_bavail, f_files, f_favail } = await desk.space(path);
  return {
    ok: true,
    // As df counts: what is kept for root is no room for a service.
    totalBytes: (f_blocks - f_bfree + f_bavail) * f_frsize,
    freeBytes: f_bavail * f_frsize,
    inodes: f_files,
    freeInodes: f_favail,
  };
}
