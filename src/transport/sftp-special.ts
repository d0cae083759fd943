import type { ReadAsk, ReadFound, TailAsk } from '../core/command.ts';
import type { Desk } from './sftp-desk.ts';

/** An open file of /proc or /sys, which the kernel makes up as it is read: its size says nothing. */
export interface Special {
  readonly path: string;
  readonly handle: Buffer;
  readonly size: number;
  /** Where the reads ended last time, the end of the file included. */
  stops: readonly number[];
  /** Of all pieces that were read; 0 before the first. */
  longest: number;
}

const mostTailBytes = 4_194_304;
const [pieceBytes, pageBytes] = [65_536, 4_096];
const piecesAhead = 4;

/**
 * What the kernel writes in one go (single_open of seq_file, sysctl, sysfs): a piece shorter than a page and than what was
 * asked for is its end. Source: fs/proc, fs/seq_file.c and fs/kernfs of Linux.
 */
const inOnePiece =
  /^\/(?:sys\/(?:bus|class|devices|module)|proc\/(?:pressure|sys))\/|^\/proc\/(?:loadavg|meminfo|stat|uptime|\d+\/(?:cgroup|comm|limits|status|wchan))$/;

/**
 * The kernel hands out any other such file in pieces of its own choice and only an empty read ends it, so the reads go to
 * where they ended last time, all at once, and on from there where they end elsewhere now. What was read at a place where no
 * piece begins is never used.
 */
export async function readSpecial(
  desk: Desk,
  file: Special,
  ask: ReadAsk | TailAsk,
): Promise<Omit<ReadFound, 'at' | 'ms'>> {
  const start = ask.kind === 'read' ? ask.offset : 0;
  const most = ask.kind === 'read' ? ask.bytes : mostTailBytes;
  // Room for what such a file has been so far; more of it is one more piece.
  const usual = file.longest === 0 ? pieceBytes : Math.min(pieceBytes, 2 * Math.max(pageBytes, file.longest));
  const roomAt = (position: number) => Math.max(0, Math.min(usual, start + most - position));
  const step = async (position: number) => {
    const into = Buffer.allocUnsafe(roomAt(position));
    return into.length === 0 ? into : into.subarray(0, await desk.read(file.path, file.handle, into, position));
  };
  const read = new Map<number, Buffer>();
  const readAt = async (positions: readonly number[]) => {
    const found = await Promise.all(positions.map(step));
    for (const [index, position] of positions.entries()) read.set(position, found[index] ?? Buffer.alloc(0));
  };
  const pieces: Buffer[] = [];
  const stops: number[] = [];
  let at = start;
  await readAt([start, ...(start === 0 ? file.stops : [])]);
  for (;;) {
    if (!read.has(at)) await readAt(likely(at, pieces.at(-1)?.length ?? 0));
    const piece = read.get(at);
    if (piece === undefined || piece.length === 0) break;
    const isLast = piece.length < Math.min(pageBytes, roomAt(at)) && inOnePiece.test(file.path);
    pieces.push(piece);
    at += piece.length;
    file.longest = Math.max(file.longest, piece.length);
    if (isLast) break;
    stops.push(at);
  }
  if (start === 0) file.stops = stops;
  const bytes = Buffer.concat(pieces);
  return ask.kind === 'read'
    ? { ok: true, bytes, offset: start, size: file.size }
    : { ok: true, bytes: bytes.subarray(-ask.bytes), offset: Math.max(0, at - ask.bytes), size: file.size };
}

/** Where the next pieces will begin: of a long table all are as long as the last one. */
const likely = (at: number, length: number): readonly number[] =>
  length < pageBytes / 2 ? [at] : Array.from({ length: piecesAhead }, (_, index) => at + index * length);
