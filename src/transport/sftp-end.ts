import type { ReadAsk, TailAsk } from '../core/command.ts';

/** A shorter overlap would not show that a file was written anew. */
const overlapBytes = 1_024;
const roomBytes = 16_384;

export interface Span {
  readonly from: number;
  readonly length: number;
}

/** The last bytes of a file, and its size when they were read. */
export interface End {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** What is known of the end of a file, if it answers this question and no other has seen the file change since. */
export const knownEnd = (end: End | undefined, ask: ReadAsk | TailAsk, size: number): Uint8Array | undefined =>
  ask.kind === 'tail' && end?.size === size && end.bytes.length === Math.min(ask.bytes, size) ? end.bytes : undefined;

/** The last stretch of what is known, and room for what was added since. */
export function afterEnd({ length }: Uint8Array, size: number): Span {
  const overlap = Math.min(overlapBytes, length);
  return { from: size - overlap, length: overlap + roomBytes };
}

/**
 * What is known, and what came after it within `wanted` bytes of that stretch.
 *
 * Undefined where the stretch is not what it was, or more was added than there was room for.
 */
export function continued(known: Uint8Array, read: Buffer, wanted: number): Uint8Array | undefined {
  const overlap = Math.min(overlapBytes, known.length);
  const same = read.subarray(0, overlap).equals(known.subarray(known.length - overlap));
  if (!same || wanted < overlap || read.length < wanted) return undefined;
  return wanted === overlap ? known : Buffer.concat([known, read.subarray(overlap, wanted)]);
}
