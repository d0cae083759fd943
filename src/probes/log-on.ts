import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';
import { readBack } from './log-back.ts';
import {
  anew,
  nothingOf,
  olderLogs,
  packedLog,
  troubleText,
  unread,
  type LogFile,
  type LogStretch,
  type OlderLog,
} from './log-files.ts';
import { isMarked, logMark, printBytes, provenFrom, seenOf, type LogMark, type Span } from './log-mark.ts';
import { logPart, type LogPart } from './log-part.ts';

/** Bytes of one file that come after the mark, with those that prove which file it is. */
interface Piece {
  readonly path: string;
  /** Begins at or before `from`. */
  readonly span: Span;
  /** The first bytes of the file; undefined where only its end was kept. */
  readonly head: Uint8Array | undefined;
  readonly from: number;
  /** The file goes on behind the span. */
  readonly more: boolean;
}

/** A log may be rotated while it is looked for; it is looked for again so often. */
const tries = 3;

/** What was written to a log since it was read up to `mark`, in the order in which it was written, over its rotations. */
export function* readOn(file: LogFile, mark: LogMark): Asking<LogStretch> {
  const { path, bytes } = file;
  for (let turn = 1; ; turn += 1) {
    const budget = { left: bytes };
    const now = seenOf(mark) > 0 ? yield* marked(file, path, mark, budget) : undefined;
    if (now !== undefined && 'span' in now) return stretch(file, mark, { pieces: [now], says: [] }, budget);
    const older = yield* olderLogs(file);
    const start = seenOf(mark) > 0 ? yield* found(file, older, mark, budget) : sinceEmpty(older, mark);
    const after = start === undefined ? undefined : yield* followed(file, older.slice(0, start.newer), start, budget);
    const isSettled = turn === tries || JSON.stringify(yield* olderLogs(file)) === JSON.stringify(older);
    if (!isSettled) continue;
    if (after === undefined) return yield* fromAnew(file, mark, now);
    return stretch(file, mark, after, budget);
  }
}

interface Found {
  readonly pieces: readonly Piece[];
  readonly says: readonly string[];
}

/** What was found first, then all that was written after it. */
function* followed(
  { path, become }: LogFile,
  newer: readonly OlderLog[],
  { first }: Start,
  budget: Budget,
): Asking<Found> {
  const pieces = [...first];
  const says: string[] = [];
  for (const log of newer.toReversed()) {
    if (pieces.at(-1)?.more === true) return { pieces, says };
    const next = yield* whole(log, budget, become);
    if (typeof next === 'string') says.push(next);
    else if (next.span.bytes.length > 0) pieces.push(next);
  }
  if (pieces.at(-1)?.more === true) return { pieces, says };
  const reply = yield* ask(read(path, { bytes: Math.max(1, budget.left), become, freshMs: anew }));
  if (!reply.ok) return { pieces, says: [...says, `${path} can not be read: ${troubleText(reply)}`] };
  budget.left -= reply.bytes.length;
  // An empty file tells nothing by which it would be known again, and the one before may still be written to.
  if (reply.bytes.length > 0 || pieces.length === 0) pieces.push(pieceOf(path, reply));
  return { pieces, says };
}

interface Start {
  readonly first: readonly Piece[];
  /** How many older logs are newer than these. */
  readonly newer: number;
}

/** All that was put aside since the file was empty. */
const sinceEmpty = (older: readonly OlderLog[], { mtimeMs }: LogMark): Start => ({
  first: [],
  newer: older.findLastIndex((log) => log.mtimeMs > mtimeMs) + 1,
});

function* fromAnew(file: LogFile, mark: LogMark, now: ReadFound | FileTrouble | undefined): Asking<LogStretch> {
  const { path } = file;
  if (now !== undefined && !now.ok) return { ...nothingOf(path), mark, trouble: troubleText(now) };
  const how =
    now !== undefined && now.size < seenOf(mark) ? 'was truncated' : 'was replaced, and the one before is gone';
  const found = yield* readBack({ ...file, older: false });
  return { ...found, says: [`${path} ${how}: lines between the last look and this one may be missing`] };
}

interface Budget {
  left: number;
}

/** All that was read of a file, which begins where the reply does. */
const pieceOf = (path: string, { bytes, offset, size }: ReadFound): Piece => ({
  path,
  span: { bytes, offset },
  head: offset === 0 ? bytes : undefined,
  from: offset,
  more: offset + bytes.length < size,
});

/** The file at a path from the mark on, where it is the one of the mark; what the node says of it, where it is another. */
function* marked(
  { become }: LogFile,
  path: string,
  mark: LogMark,
  budget: Budget,
): Asking<Piece | ReadFound | FileTrouble> {
  const offset = provenFrom(mark);
  const known = seenOf(mark) - offset;
  const [reply, head] = yield* askAll([
    read(path, { offset, bytes: known + Math.max(1, budget.left), become, freshMs: anew }),
    read(path, { bytes: printBytes, become, freshMs: anew }),
  ]);
  if (!reply.ok || !head.ok || !isMarked(mark, head.bytes, reply)) return reply;
  budget.left -= Math.max(0, reply.bytes.length - known);
  return { ...pieceOf(path, reply), head: head.bytes, from: mark.offset };
}

/** The one of the older logs that the mark is of. */
function* found(file: LogFile, older: readonly OlderLog[], mark: LogMark, budget: Budget): Asking<Start | undefined> {
  for (const [newer, log] of older.entries()) {
    if (unread(log, budget.left) !== undefined) continue;
    const piece =
      log.packed === 'none' ? yield* marked(file, log.path, mark, budget) : yield* unpackedAt(file, log, mark, budget);
    if (piece !== undefined && 'span' in piece) return { first: [piece], newer };
  }
  return undefined;
}

function* unpackedAt({ become }: LogFile, log: OlderLog, mark: LogMark, budget: Budget): Asking<Piece | undefined> {
  const known = seenOf(mark) - provenFrom(mark);
  const reply = yield* ask(packedLog(log, known + Math.max(1, budget.left), become));
  if (!reply.ok) return undefined;
  const piece = pieceOf(log.path, reply);
  if (!isMarked(mark, piece.head, reply) || mark.offset < reply.offset) return undefined;
  budget.left -= Math.max(log.size, reply.offset + reply.bytes.length - seenOf(mark));
  return { ...piece, from: mark.offset };
}

function* whole(log: OlderLog, budget: Budget, become: 'sudo' | undefined): Asking<Piece | string> {
  const why = unread(log, budget.left);
  if (why !== undefined) return why;
  const packed = log.packed !== 'none';
  const reply = yield* ask(
    packed
      ? packedLog(log, budget.left, become)
      : read(log.path, { bytes: Math.max(1, budget.left), become, freshMs: anew }),
  );
  if (!reply.ok) return `${log.path} can not be read: ${troubleText(reply)}`;
  budget.left -= Math.max(reply.bytes.length, packed ? log.size : 0);
  return pieceOf(log.path, reply);
}

function stretch(file: LogFile, before: LogMark, { pieces, says }: Found, { left }: Budget): LogStretch {
  const parts: LogPart[] = [];
  let mark = before;
  let more = false;
  for (const [index, piece] of pieces.entries()) {
    const { path, span, head, from } = piece;
    const isLast = index === pieces.length - 1;
    const fresh = span.bytes.subarray(from - span.offset);
    // Cut short only because others were read before it: its first line comes whole the next time.
    if (piece.more && index > 0 && fresh.length < file.bytes && !fresh.includes(0x0a)) {
      more = true;
      break;
    }
    const ends = piece.more ? 'cut' : isLast ? 'open' : 'ended';
    const cut = logPart({ bytes: fresh, offset: from }, { path, rotated: path !== file.path, midLine: false, ends });
    const isShown = index === 0 && before.offset === from && wasShown(fresh, before.shown);
    parts.push(isShown ? withoutFirst(cut.part) : cut.part);
    mark = logMark(cut.end, {
      span,
      head: head ?? new Uint8Array(),
      shown: cut.unfinishedBytes,
      mtimeMs: before.mtimeMs,
    });
    more = piece.more;
  }
  const full = parts.filter(({ text, unfinished, binary }) => text !== '' || unfinished !== '' || binary);
  return { ...nothingOf(file.path), parts: full, mark, bytesRead: file.bytes - left, more, says };
}

/** The first line is one whose beginning was shown before, and it has not grown since. */
function wasShown(fresh: Uint8Array, shown: number): boolean {
  const end = fresh.indexOf(0x0a);
  return shown > 0 && (end === -1 ? fresh.length : end) === shown;
}

function withoutFirst(part: LogPart): LogPart {
  if (part.text === '') return { ...part, unfinished: '' };
  const end = part.text.indexOf('\n');
  return { ...part, text: end === -1 ? '' : part.text.slice(end + 1) };
}
