import { read, stat, tail, type Command, type ReadAsk, type ReadFound, type TailAsk } from '../core/command.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';
import {
  listOlder,
  nothingOf,
  olderLogs,
  packedLog,
  troubleText,
  unread,
  type LogFile,
  type LogStretch,
  type OlderLog,
} from './log-files.ts';
import { logMark, printBytes, type LogMark, type Span } from './log-mark.ts';
import { logPart, type LogPart } from './log-part.ts';
import { latestTimeOf } from './log-time.ts';

interface Back extends LogFile {
  /** Read older logs too, until one begins before `sinceMs`. */
  readonly older: boolean;
  readonly sinceMs?: number | undefined;
}

/** The end of a log, and the ends of the older ones before it, as far as `bytes` reaches. */
export function* readBack(file: Back): Asking<LogStretch> {
  const { path, bytes, become } = file;
  const now = yield* ask(tail(path, { bytes, become }));
  const found = nothingOf(path);
  if (!now.ok && (now.errno !== 'ENOENT' || !file.older)) return { ...found, trouble: troubleText(now) };
  if (!now.ok) {
    const { parts, bytesRead, says } = yield* before(file, undefined, bytes);
    return { ...found, parts, bytesRead, says, trouble: troubleText(now) };
  }
  const span: Span = now;
  const { part, end, unfinishedBytes } = logPart(span, {
    path,
    rotated: false,
    midLine: now.offset > 0,
    ends: 'open',
  });
  const mark = yield* markAt(file, now, end, unfinishedBytes);
  const older =
    file.older && now.offset === 0 && !reaches(part, file.sinceMs)
      ? yield* before(file, now, bytes - now.bytes.length)
      : { parts: [], bytesRead: 0, says: [], overlap: 0 };
  const own = older.overlap > 0 ? { ...part, text: '' } : part;
  return {
    ...found,
    parts: [...older.parts, own],
    mark,
    bytesRead: now.bytes.length + older.bytesRead,
    says: older.says,
  };
}

/** Nothing before this part is wanted. */
function reaches({ text }: LogPart, sinceMs: number | undefined): boolean {
  if (sinceMs === undefined) return false;
  for (const line of text.slice(0, 65_536).split('\n')) {
    const time = latestTimeOf(line);
    if (time !== undefined) return time < sinceMs;
  }
  return false;
}

function* markAt(file: LogFile, now: ReadFound, end: number, shown: number): Asking<LogMark> {
  const { path, become } = file;
  if (end + shown === 0) return yield* markOfEmpty(file, now);
  const head = now.offset === 0 ? now : yield* ask(read(path, { bytes: printBytes, become }));
  return logMark(end, { span: now, head: head.ok ? head.bytes : now.bytes, shown, mtimeMs: 0 });
}

/** Nothing tells one empty file from another: its mark is the end of the one before it, which may still be written to. */
function* markOfEmpty(file: LogFile, now: ReadFound): Asking<LogMark> {
  const { path, become } = file;
  const [last] = yield* olderLogs(file);
  if (last?.packed === 'none') {
    const [end, head] = yield* askAll([
      tail(last.path, { bytes: printBytes, become }),
      read(last.path, { bytes: printBytes, become }),
    ]);
    if (end.ok && head.ok)
      return logMark(end.offset + end.bytes.length, { span: end, head: head.bytes, shown: 0, mtimeMs: 0 });
  }
  const facts = yield* ask(stat(path, { become }));
  return logMark(0, { span: now, head: now.bytes, shown: 0, mtimeMs: facts.ok ? facts.mtimeMs : 0 });
}

interface Before {
  readonly parts: readonly LogPart[];
  readonly bytesRead: number;
  readonly says: readonly string[];
  /** The log was rotated meanwhile: what was read of it came again with the older ones. */
  readonly overlap: number;
}

function* before(file: Back, now: ReadFound | undefined, room: number): Asking<Before> {
  const parts: LogPart[] = [];
  let left = room;
  let overlap = 0;
  const done = (...says: string[]): Before => ({ parts, bytesRead: room - left, says, overlap });
  const older = yield* listOlder(file);
  if (typeof older === 'string')
    return done(`Logs older than ${file.path} are not read: its folder can not be listed: ${older}`);
  for (const log of older) {
    if (file.sinceMs !== undefined && log.mtimeMs < file.sinceMs) break;
    const unreadable = unread(log, left);
    if (left <= 0) break;
    if (unreadable !== undefined) return done(unreadable);
    const reply = yield* ask(questionOf(log, left, file.become));
    if (!reply.ok) return done(`${log.path} can not be read: ${troubleText(reply)}`);
    left -= Math.max(reply.bytes.length, log.packed === 'none' ? 0 : log.size);
    const { part } = logPart(reply, { path: log.path, rotated: true, midLine: reply.offset > 0, ends: 'ended' });
    if (parts.length === 0 && now !== undefined && holds(reply, now)) overlap = now.bytes.length;
    parts.unshift(part);
    if (reply.cut === true) return done(`${log.path} does not unpack to its end: it is damaged, or still being packed`);
    if (reply.offset > 0 || reaches(part, file.sinceMs)) break;
  }
  return done();
}

const questionOf = (log: OlderLog, bytes: number, become: 'sudo' | undefined): Command<'observe', ReadAsk | TailAsk> =>
  log.packed === 'none' ? tail(log.path, { bytes, become }) : packedLog(log, bytes, become);

/** Whether an older log is the very file that was read before, under its new name. */
function holds(older: Span, { bytes, offset }: Span): boolean {
  const from = offset - older.offset;
  if (bytes.length < 16 || from < 0 || older.bytes.length < from + bytes.length) return false;
  return bytes.every((byte, index) => older.bytes[from + index] === byte);
}
