import type { Span } from './log-mark.ts';

/** Lines of one file of a log. */
export interface LogPart {
  readonly path: string;
  /** It is an older file that was put aside. */
  readonly rotated: boolean;
  /** Where `text` begins in the file, in bytes; in the unpacked ones for a packed file. */
  readonly offset: number;
  /** Whole lines. Empty where it is binary. */
  readonly text: string;
  /** The last line, where it has not ended yet. */
  readonly unfinished: string;
  /** The first line began before `offset`. */
  readonly begun: boolean;
  readonly binary: boolean;
}

interface Cut {
  readonly part: LogPart;
  /** Behind the last whole line. */
  readonly end: number;
  readonly unfinishedBytes: number;
}

interface Kind {
  readonly path: string;
  readonly rotated: boolean;
  /** The span may begin within a line. */
  readonly midLine: boolean;
  /** `open`: more may be written to its last line; `ended`: nothing will; `cut`: more is there and was not read. */
  readonly ends: 'open' | 'ended' | 'cut';
}

const newline = 0x0a;

/** Nobody waits for the end of a line that is longer: it counts as it is. */
const longestLine = 65_536;

/** The whole lines of some bytes. */
export function logPart({ bytes, offset }: Span, { path, rotated, midLine, ends }: Kind): Cut {
  const firstBreak = bytes.indexOf(newline);
  const start = midLine && firstBreak !== -1 ? firstBreak + 1 : 0;
  const whole = Math.max(start, bytes.lastIndexOf(newline) + 1);
  const isAll = ends === 'ended' || (ends === 'cut' && whole === start) || bytes.length - whole > longestLine;
  const end = isAll ? bytes.length : whole;
  const rest = ends === 'open' ? bytes.subarray(end) : bytes.subarray(0, 0);
  const [text, unfinished] = [decoded(bytes.subarray(start, end)), decoded(rest)];
  const binary = isBinary(text + unfinished, bytes.length > start);
  return {
    part: {
      path,
      rotated,
      offset: offset + start,
      text: binary ? '' : text,
      unfinished: binary ? '' : unfinished,
      begun: midLine && start === 0 && bytes.length > 0,
      binary,
    },
    end: offset + end,
    unfinishedBytes: rest.length,
  };
}

/** Zero bytes are what a log that was truncated under its writer begins with. */
const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replaceAll('\0', '');

const escape = String.fromCharCode(27);

/** More than a tenth of it is no text, colours apart; or all of it is zeros. */
function isBinary(text: string, hasBytes: boolean): boolean {
  const plain = text.replaceAll(escape, '');
  const strange = plain.match(/[^\P{Cc}\n\t\r\f\v]|\ufffd/gu)?.length ?? 0;
  return strange * 10 > plain.length || (hasBytes && text === '');
}
