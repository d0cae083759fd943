/** A part of a framed answer: what the line with the mark said, and the bytes up to the next such line. */
export type OnPart = (info: string, body: Buffer) => void;

/**
 * Takes a stream apart at the lines that begin with `mark`, however it is cut into chunks. The bytes before the first
 * such line belong to nothing, and those after the last one are not told before the next has come.
 */
export function createPartReader(mark: string, onPart: OnPart): (chunk: Uint8Array) => void {
  const needle = Buffer.from(`\n${mark} `);
  let buffer = Buffer.alloc(65_536);
  let length = 0;
  let searched = 0;
  let info: string | undefined;

  function append(chunk: Uint8Array): void {
    if (length + chunk.length > buffer.length) {
      const larger = Buffer.alloc(Math.max(buffer.length * 2, length + chunk.length));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    buffer.set(chunk, length);
    length += chunk.length;
  }

  return (chunk) => {
    append(chunk);
    for (;;) {
      const held = buffer.subarray(0, length);
      const at = held.indexOf(needle, searched);
      const lineEnd = at < 0 ? -1 : held.indexOf(0x0a, at + needle.length);
      if (lineEnd < 0) {
        searched = at < 0 ? Math.max(0, length - needle.length + 1) : at;
        return;
      }
      if (info !== undefined) onPart(info, Buffer.from(held.subarray(0, at)));
      info = held.toString('latin1', at + needle.length, lineEnd);
      buffer.copyWithin(0, lineEnd + 1, length);
      length -= lineEnd + 1;
      searched = 0;
    }
  };
}
