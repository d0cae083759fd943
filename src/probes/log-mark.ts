import { fingerprint } from './fingerprint.ts';

/**
 * Up to where a log was read, and by what its file is known again under another name.
 *
 * SFTP tells no inode, and an inode would not tell that a log was truncated and has grown again: what stands at the
 * beginning and just before `offset` does.
 */
export interface LogMark {
  readonly offset: number;
  /** Bytes behind `offset` that were shown although their line had not ended. */
  readonly shown: number;
  readonly head: Print;
  readonly tail: Print;
  /** When a file that was still empty was last written, in epoch ms: nothing else tells it from another. */
  readonly mtimeMs: number;
}

interface Print {
  readonly bytes: number;
  readonly sum: string;
}

export const printBytes = 1_024;
const print = (bytes: Uint8Array): Print => ({ bytes: bytes.length, sum: fingerprint(bytes) });

/** Some bytes of a file and where they begin. */
export interface Span {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Up to where its bytes were seen; 0 for a mark of an empty file, which proves nothing. */
export const seenOf = ({ offset, shown }: LogMark): number => offset + shown;

/** Where the bytes begin that prove a mark, or that come behind it. */
export const provenFrom = (mark: LogMark): number => Math.min(mark.offset, seenOf(mark) - mark.tail.bytes);

/** The mark at `offset`, which lies in or behind `span`; `head` are the first bytes of the file. */
export function logMark(offset: number, { span, head, shown, mtimeMs }: MarkInput): LogMark {
  const seen = offset + shown;
  const upTo = span.bytes.subarray(0, seen - span.offset);
  return {
    offset,
    shown,
    head: print(head.subarray(0, Math.min(printBytes, seen))),
    tail: print(upTo.subarray(-printBytes)),
    mtimeMs: seen === 0 ? mtimeMs : 0,
  };
}

interface MarkInput {
  readonly span: Span;
  readonly head: Uint8Array;
  readonly shown: number;
  readonly mtimeMs: number;
}

/** Whether some bytes are of the file of the mark; `head` are its first ones, where they are known. */
export function isMarked(mark: LogMark, head: Uint8Array | undefined, { bytes, offset }: Span): boolean {
  const from = seenOf(mark) - mark.tail.bytes - offset;
  const tail = bytes.subarray(Math.max(0, from), Math.max(0, from) + mark.tail.bytes);
  if (from < 0 || tail.length !== mark.tail.bytes || fingerprint(tail) !== mark.tail.sum) return false;
  if (head === undefined) return true;
  return head.length >= mark.head.bytes && fingerprint(head.subarray(0, mark.head.bytes)) === mark.head.sum;
}

/** A mark as a word, and back; undefined for a word that is none. */
export const markText = ({ offset, shown, head, tail, mtimeMs }: LogMark): string =>
  [offset, shown, head.bytes, tail.bytes, mtimeMs].map((each) => each.toString(36)).join('.') +
  `.${head.sum}.${tail.sum}`;

export function markOf(text: string): LogMark | undefined {
  const parts = text.split('.');
  const [offset, shown, headBytes, tailBytes, mtimeMs] = parts.slice(0, 5).map((part) => Number.parseInt(part, 36));
  const [head, tail] = parts.slice(5);
  if (offset === undefined || shown === undefined || headBytes === undefined) return undefined;
  if (tailBytes === undefined || mtimeMs === undefined || head === undefined || tail === undefined) return undefined;
  const numbers = [offset, shown, headBytes, tailBytes, mtimeMs];
  if (numbers.some((each) => !Number.isSafeInteger(each) || each < 0) || Math.max(headBytes, tailBytes) > printBytes)
    return undefined;
  return { offset, shown, head: { bytes: headBytes, sum: head }, tail: { bytes: tailBytes, sum: tail }, mtimeMs };
}

/** What a mark of a log of a unit is filed under; of the log that a manager keeps itself, under the name of the manager. */
export const markKey = (unit: string, source: string): string =>
  fingerprint(new TextEncoder().encode(`${unit}\n${source}`));
