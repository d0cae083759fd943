import type { HeaderReading } from './header-reading.ts';

const maxHeaderBytes = 100_000_000;

/** How long the JSON header is, or null where the bytes can't be the beginning of a safetensors file. */
export function safetensorsHeaderBytes(bytes: Uint8Array): number | null {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(maxHeaderBytes) ? Number(length) : null;
}

/** What the beginning of a safetensors file says of the whole. Source: the format's description: 8 bytes of length, JSON, data. */
export function safetensors(bytes: Uint8Array): HeaderReading {
  const length = safetensorsHeaderBytes(bytes);
  if (length === null) return { state: 'broken', why: 'it has no header of a sensible length' };
  const headerBytes = 8 + length;
  if (bytes.length < headerBytes) return { state: 'incomplete', headerBytes };
  const header = json(new TextDecoder().decode(bytes.subarray(8, headerBytes)));
  if (!isRecord(header)) return { state: 'broken', why: 'its header is not JSON' };
  const ends = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([, tensor]) => endOf(tensor));
  const dataBytes = ends.reduce((longest, end) => Math.max(longest, end), 0);
  if (!Number.isSafeInteger(dataBytes)) return { state: 'broken', why: 'a tensor of it has no place in the file' };
  return { state: 'complete', version: null, tensors: ends.length, needsBytes: headerBytes + dataBytes };
}

/** Where the data of a tensor ends, counted from the header; NaN where it does not say. */
function endOf(tensor: unknown): number {
  const offsets: unknown = isRecord(tensor) ? tensor['data_offsets'] : undefined;
  const end: unknown = Array.isArray(offsets) ? offsets[1] : undefined;
  return typeof end === 'number' && end >= 0 ? end : Number.NaN;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
