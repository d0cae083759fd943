import { list, read, type Command, type FileTrouble, type ReadAsk } from '../core/command.ts';
import { ask, type Asking } from '../core/probe.ts';
import { rotatedLogs, type RotatedLog } from './log-rotations.ts';
import type { LogMark } from './log-mark.ts';
import type { LogPart } from './log-part.ts';

/** One log and how much of it may be read. */
export interface LogFile {
  readonly path: string;
  /** From all files of this log together, as they lie on the node. */
  readonly bytes: number;
  readonly become?: 'sudo' | undefined;
}

/** What was read of one log, over its rotations. */
export interface LogStretch {
  readonly source: string;
  /** Oldest first. */
  readonly parts: readonly LogPart[];
  /** Up to where it was read; null where it could not be. */
  readonly mark: LogMark | null;
  readonly bytesRead: number;
  /** More was written than was allowed to be read: the mark stands before it. */
  readonly more: boolean;
  /** Sentences on what is not in it. */
  readonly says: readonly string[];
  readonly trouble: string | null;
}

export const nothingOf = (source: string): LogStretch => ({
  source,
  parts: [],
  mark: null,
  bytesRead: 0,
  more: false,
  says: [],
  trouble: null,
});

/** What a log says now is not what it said a moment ago, and its name may lead to another file. */
export const anew = -1;

/** Older logs are followed so far back. */
export const mostRotations = 12;

export interface OlderLog extends RotatedLog {
  readonly path: string;
}

/** The logs put aside from this one, newest first; or why its folder can not be listed. */
export function* listOlder({ path, become }: LogFile): Asking<readonly OlderLog[] | string> {
  const slash = path.lastIndexOf('/');
  const reply = yield* ask(list(path.slice(0, slash) || '/', { become, freshMs: anew }));
  if (!reply.ok) return troubleText(reply);
  const found = rotatedLogs(path.slice(slash + 1), reply.entries).slice(0, mostRotations);
  return found.map((log) => ({ ...log, path: path.slice(0, slash + 1) + log.name }));
}

/** The same, none where the folder can not be listed. */
export function* olderLogs(file: LogFile): Asking<readonly OlderLog[]> {
  const found = yield* listOlder(file);
  return typeof found === 'string' ? [] : found;
}

/** The end of a packed log: it has to be read whole, and of what comes out the last `room` bytes count. */
export function packedLog(
  { path, size }: OlderLog,
  room: number,
  become: 'sudo' | undefined,
): Command<'observe', ReadAsk> {
  const command = read(path, { bytes: size, become, freshMs: anew });
  return { ...command, ask: { ...command.ask, unpack: room } };
}

/** Why an older log is not read; undefined where it can be. */
export function unread({ path, packed, size }: OlderLog, room: number): string | undefined {
  if (packed === 'none') return undefined;
  if (packed !== 'gzip') return `${path} is not read: it is packed as ${packed}`;
  return size > room ? `${path} is not read: it has ${size} bytes packed, and ${room} may still be read` : undefined;
}

export const troubleText = ({ message, errno }: FileTrouble): string =>
  errno === 'EISDIR' ? 'it is a directory' : message === errno ? errno : `${message} (${errno})`;
