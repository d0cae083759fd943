import type { FileTrouble, ReadAsk, ReadFound, TailAsk } from '../core/command.ts';
import { fileType, notAFile, statusOf } from './errno.ts';
import type { Desk } from './sftp-desk.ts';
import { afterEnd, continued, knownEnd, type End, type Span } from './sftp-end.ts';
import { readSpecial, type Special } from './sftp-special.ts';

type Untimed<T> = Omit<T, 'at' | 'ms'>;
type Found = Untimed<ReadFound>;

const handlesKept = 64;
/** An open file keeps its filesystem from being unmounted, and its room from being freed: not for longer than it is asked again and again. */
const idleMs = 10_000;
const slackBytes = 16_384;
const chunkBytes = 196_608;
const keptEndBytes = 65_536;

interface Kept extends Special {
  /** A file that the kernel makes up: its size says nothing, and its path is never given to another file. */
  readonly special: boolean;
  size: number;
  mtime: number;
  /** The clock had passed `mtime` when the handle was last known to be what the path leads to. */
  settled: boolean;
  end: End | undefined;
  busy: number;
  usedAt: number;
  gone: boolean;
}

/**
 * Reads files through handles that stay open, so that a file read before costs one round trip: the path's facts, the
 * handle's facts and the expected bytes are asked for together. Of a log whose end is known only what was added since is
 * read, over a stretch that has to be what it was.
 *
 * Bytes of a file that was replaced are never returned: the path's size and time have to be the handle's. They can be
 * equal by chance only while the second of `mtime` lasts (SFTP has no finer time and no inode), so a handle proves
 * nothing until that second has passed on the node; before, the file is opened anew.
 */
export function createReader(desk: Desk) {
  const kept = new Map<string, Kept>();
  let tidying: NodeJS.Timeout | undefined;

  /** Closes what nobody asked for lately; files that the kernel makes up hold nothing. */
  function tidy(): void {
    tidying = undefined;
    const regular = [...kept.values()].filter(({ special }) => !special);
    const old = regular.filter(({ usedAt }) => performance.now() - usedAt >= idleMs);
    for (const file of old) drop(file);
    if (regular.length > old.length) tidying = setTimeout(tidy, idleMs).unref();
  }

  function drop(file: Kept): void {
    file.gone = true;
    if (kept.get(file.path) === file) kept.delete(file.path);
    if (file.busy === 0) desk.close(file.handle);
  }

  function keep(file: Kept): void {
    const before = kept.get(file.path);
    if (before) drop(before);
    kept.set(file.path, file);
    for (const oldest of kept.values()) {
      if (kept.size <= handlesKept) break;
      drop(oldest);
    }
  }

  async function using(file: Kept, work: () => Promise<Found | undefined>): Promise<Found | undefined> {
    file.busy += 1;
    file.usedAt = performance.now();
    if (!file.special) tidying ??= setTimeout(tidy, idleMs).unref();
    try {
      return await work();
    } finally {
      file.busy -= 1;
      if (file.gone && file.busy === 0) desk.close(file.handle);
    }
  }

  async function again(file: Kept, ask: ReadAsk | TailAsk): Promise<Found | undefined> {
    // Newest last, for the eviction.
    kept.delete(file.path);
    kept.set(file.path, file);
    try {
      const found = await using(file, () => (file.special ? readSpecial(desk, file, ask) : readKept(desk, file, ask)));
      if (found) return found;
    } catch (error) {
      // A handle that went bad (a process that ended, a device that left) says nothing about what the path is now.
      if (statusOf(error) === undefined) throw error;
    }
    if (!file.gone) drop(file);
    return undefined;
  }

  return async function readFile(ask: ReadAsk | TailAsk): Promise<Found | Untimed<FileTrouble>> {
    const { path } = ask;
    const known = kept.get(path);
    const found = known && (await again(known, ask));
    if (found) return found;
    const facts = await desk.stat(path);
    const wrong = notAFile(fileType(facts.mode));
    if (wrong) return wrong;
    const special = path.startsWith('/sys/') || (path.startsWith('/proc/') && facts.size === 0);
    const handle = await desk.open(path);
    const { size, mtime } = facts;
    const file = {
      path,
      handle,
      special,
      size,
      mtime,
      settled: false,
      stops: [],
      longest: 0,
      end: undefined,
      busy: 0,
      usedAt: 0,
      gone: false,
    };
    keep(file);
    const first = await using(file, () => (special ? readSpecial(desk, file, ask) : readOpened(desk, file, ask)));
    return first ?? { ok: false, errno: 'EIO', message: 'it changed while it was read' };
  };
}

function span(ask: ReadAsk | TailAsk, size: number): Span {
  const from = ask.kind === 'read' ? ask.offset : Math.max(0, size - ask.bytes);
  return { from, length: Math.max(0, Math.min(ask.bytes, size - from)) };
}

/** The part that will be wanted unless the file has changed a lot, with room for what was appended meanwhile. */
function guess(ask: ReadAsk | TailAsk, size: number): Span {
  const { from, length } = span(ask, size);
  const most = ask.kind === 'read' ? ask.bytes : Number.POSITIVE_INFINITY;
  return { from, length: Math.max(1, Math.min(most, length + slackBytes)) };
}

async function readOpened(desk: Desk, file: Kept, ask: ReadAsk | TailAsk): Promise<Found> {
  const expected = guess(ask, file.size);
  const [own, bytes] = await Promise.all([desk.fstat(file.path, file.handle), readSpan(desk, file, expected)]);
  prove(desk, file, own);
  return complete(desk, file, ask, expected.from, bytes);
}

/** Undefined where the handle is no longer what the path leads to, or may not be. */
async function readKept(desk: Desk, file: Kept, ask: ReadAsk | TailAsk): Promise<Found | undefined> {
  const end = knownEnd(file.end, ask, file.size);
  const expected = end === undefined ? guess(ask, file.size) : afterEnd(end, file.size);
  const [there, own, bytes] = await Promise.all([
    desk.stat(file.path),
    desk.fstat(file.path, file.handle),
    readSpan(desk, file, expected),
  ]);
  if (there.size !== own.size || there.mtime !== own.mtime) return undefined;
  const changed = own.size !== file.size || own.mtime !== file.mtime;
  if (!changed && !file.settled) return undefined;
  // Two files do not come to the same new size in the same second: it is still the one behind the path.
  if (changed) prove(desk, file, own);
  if (end === undefined) return complete(desk, file, ask, expected.from, bytes);
  const now = continued(end, bytes, file.size - expected.from);
  return now === undefined ? complete(desk, file, ask, file.size, Buffer.alloc(0)) : found(file, ask, now);
}

function found(file: Kept, ask: ReadAsk | TailAsk, known: Uint8Array): Found {
  // Copied, so that no larger buffer is kept by it.
  const bytes = known.length > ask.bytes ? new Uint8Array(known.subarray(known.length - ask.bytes)) : known;
  file.end = { bytes, size: file.size };
  return { ok: true, bytes, offset: file.size - bytes.length, size: file.size };
}

function prove(desk: Desk, file: Kept, { size, mtime }: { size: number; mtime: number }): void {
  file.size = size;
  file.mtime = mtime;
  file.settled = desk.clockFloor() > mtime + 1;
}

async function complete(desk: Desk, file: Kept, ask: ReadAsk | TailAsk, start: number, read: Buffer): Promise<Found> {
  const { from, length } = span(ask, file.size);
  let bytes = from < start ? Buffer.alloc(0) : read.subarray(from - start, from - start + length);
  while (bytes.length < length) {
    const more = await readSpan(desk, file, { from: from + bytes.length, length: length - bytes.length });
    if (more.length === 0) break;
    bytes = Buffer.concat([bytes, more]);
  }
  if (ask.kind === 'tail' && bytes.length === length && length <= keptEndBytes)
    return found(file, ask, new Uint8Array(bytes));
  return { ok: true, bytes, offset: from, size: file.size };
}

/** The bytes of a span as far as one round trip brings them without a gap. */
async function readSpan(desk: Desk, { path, handle }: Kept, { from, length }: Span): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(length);
  const starts = Array.from({ length: Math.ceil(length / chunkBytes) }, (_, index) => index * chunkBytes);
  const counts = await Promise.all(
    starts.map((start) => desk.read(path, handle, whole.subarray(start, start + chunkBytes), from + start)),
  );
  let got = 0;
  for (const count of counts) {
    got += count;
    if (count < chunkBytes) break;
  }
  return whole.subarray(0, got);
}
