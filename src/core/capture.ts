/** Text that a node sent: its beginning and its end, and how much between them was left out. */
export interface Capture {
  readonly head: string;
  readonly tail: string;
  readonly totalBytes: number;
  readonly omittedBytes: number;
}

/** The whole text, with one line in place of what was left out. */
export function captured({ head, tail, omittedBytes }: Capture): string {
  return omittedBytes === 0 ? head + tail : `${head}\n[... ${omittedBytes} bytes left out ...]\n${tail}`;
}

/** A capture of a text that is known whole. */
export function capture(text: string): Capture {
  return { head: text, tail: '', totalBytes: new TextEncoder().encode(text).length, omittedBytes: 0 };
}

/**
 * Keeps the first and the last half of `capBytes` of a stream, in constant memory.
 *
 * Bytes are decoded once, at the end, so a character split over chunks survives; one cut by the cap is dropped.
 */
export class CaptureBuffer {
  readonly #half: number;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  #ring: Uint8Array | undefined;
  #written = 0;

  constructor(capBytes: number) {
    this.#half = Math.max(1, Math.floor(capBytes / 2));
  }

  push(chunk: Uint8Array): void {
    const room = this.#half - this.#headBytes;
    const first = chunk.subarray(0, room);
    if (first.length > 0) {
      this.#head.push(first.slice());
      this.#headBytes += first.length;
    }
    this.#pushTail(chunk.subarray(first.length));
  }

  #pushTail(rest: Uint8Array): void {
    if (rest.length === 0) return;
    this.#ring ??= new Uint8Array(this.#half);
    const kept = rest.subarray(Math.max(0, rest.length - this.#half));
    const from = (this.#written + rest.length - kept.length) % this.#half;
    const upToEnd = kept.subarray(0, this.#half - from);
    this.#ring.set(upToEnd, from);
    this.#ring.set(kept.subarray(upToEnd.length), 0);
    this.#written += rest.length;
  }

  end(): Capture {
    const head = joined(this.#head, this.#headBytes);
    const tail = this.#tail();
    const totalBytes = this.#headBytes + this.#written;
    if (this.#written <= this.#half)
      return { head: decode(joined([head, tail], totalBytes)), tail: '', totalBytes, omittedBytes: 0 };
    const [first, last] = [withoutCutEnd(head), withoutCutStart(tail)];
    const omittedBytes = totalBytes - first.length - last.length;
    return { head: decode(first), tail: decode(last), totalBytes, omittedBytes };
  }

  #tail(): Uint8Array {
    if (this.#ring === undefined) return new Uint8Array();
    if (this.#written <= this.#half) return this.#ring.subarray(0, this.#written);
    const start = this.#written % this.#half;
    return joined([this.#ring.subarray(start), this.#ring.subarray(0, start)], this.#half);
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** Drops up to three continuation bytes whose first byte was left out. */
function withoutCutStart(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start);
}

/** Drops a last character whose remaining bytes were left out. */
function withoutCutEnd(bytes: Uint8Array): Uint8Array {
  let lead = bytes.length - 1;
  while (lead >= 0 && bytes.length - lead < 4 && isContinuation(bytes[lead])) lead -= 1;
  const first = bytes[lead] ?? 0;
  const needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return bytes.length - lead < needed ? bytes.subarray(0, lead) : bytes;
}
