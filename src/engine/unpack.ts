import { createGunzip } from 'node:zlib';
import type { Ask, Reply } from '../core/command.ts';

/** The answer to a question about packed bytes, unpacked here: a node has nothing to run for it. Others stay as they are. */
export async function unpacked(ask: Ask, reply: Reply): Promise<Reply> {
  if (ask.kind !== 'read' || ask.unpack === undefined || !('bytes' in reply)) return reply;
  const { bytes, size, whole } = await gunzip(reply.bytes, ask.unpack);
  if (size === 0 && !whole)
    return { ok: false, errno: 'EILSEQ', message: 'it is not gzip', at: reply.at, ms: reply.ms };
  const isWhole = whole && reply.offset + reply.bytes.length >= reply.size;
  return { ...reply, bytes, offset: size - bytes.length, size, ...(!isWhole && { cut: true }) };
}

interface Unpacked {
  readonly bytes: Uint8Array;
  /** Of all that came out, kept or not. */
  readonly size: number;
  readonly whole: boolean;
}

/** Nothing but a trap unpacks to more than this, or to more than so many times its size. */
const [mostBytes, mostTimes] = [67_108_864, 32];

/** The last `most` bytes of what packed bytes unpack to, as far as they are sound. */
const gunzip = (packed: Uint8Array, most: number): Promise<Unpacked> =>
  new Promise((resolve) => {
    let kept: Buffer[] = [];
    let [size, held] = [0, 0];
    const trim = () => {
      const last = Buffer.concat(kept).subarray(-most);
      kept = most > 0 ? [last] : [];
      held = last.length;
    };
    const stream = createGunzip({ chunkSize: 262_144 });
    const end = (whole: boolean) => {
      trim();
      resolve({ bytes: new Uint8Array(Buffer.concat(kept)), size, whole });
    };
    stream.on('data', (chunk: Buffer) => {
      kept.push(chunk);
      size += chunk.length;
      held += chunk.length;
      if (held > 2 * most + 1_048_576) trim();
      if (size <= Math.max(mostBytes, mostTimes * packed.length)) return;
      end(false);
      stream.destroy();
    });
    stream.once('end', () => end(true));
    stream.once('error', () => end(false));
    stream.end(packed);
  });
