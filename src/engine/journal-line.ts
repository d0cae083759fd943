import { createHash } from 'node:crypto';
import { z } from 'zod';
import { crc32 } from './crc32.ts';

/** What the next line of a file must say of its place: its number, and the sha256 of the line before. */
export interface Link {
  readonly seq: number;
  readonly prev: string;
}

export const firstLink: Link = { seq: 1, prev: '0'.repeat(64) };

const lineSchema = z.object({ seq: z.number(), prev: z.string(), record: z.unknown() });

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

// The sum stands last and covers all bytes before it as they are, so that no byte of a line is out of its sight.
const ending = (body: Uint8Array): Buffer => Buffer.from(`,"crc":"${crc32(body)}"}`);
const endingBytes = ending(Buffer.alloc(0)).length;

/** A record as a line of JSON without its end, and the link of the line after. */
export function lineOf(record: object, { seq, prev }: Link): { line: Buffer; next: Link } {
  const body = Buffer.from(`{"seq":${seq},"prev":"${prev}","record":${JSON.stringify(record)}`);
  const line = Buffer.concat([body, ending(body)]);
  return { line, next: { seq: seq + 1, prev: sha256(line) } };
}

/** Whether these bytes are a line as it was written. */
export function isWhole(line: Buffer): boolean {
  const body = line.subarray(0, Math.max(0, line.length - endingBytes));
  return line.subarray(body.length).equals(ending(body));
}

/** The record of a line at its place, or why it is none. */
export function recordOf<Kept extends object>(line: Buffer, link: Link, schema: z.ZodType<Kept>): Kept | string {
  if (!isWhole(line)) return 'its bytes are not those that were written';
  const { seq, prev, record } = lineSchema.parse(JSON.parse(line.toString('utf8')));
  if (seq !== link.seq) return `it is number ${seq} where number ${link.seq} belongs`;
  if (prev !== link.prev) return 'it was not written after the line before it';
  const parsed = schema.safeParse(record);
  return parsed.success ? parsed.data : 'it says what this version of the program does not know';
}
