import type { HeaderReading } from './header-reading.ts';
import { isRecord, jsonValue } from '../services/record.ts';

const maxHeaderBytes = 100_000_000;

/** Bits of one element. Source: the types that the safetensors library knows; one that is not here is not judged. */
const bitsOf: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** How long the JSON header is, or null where the bytes can't be the beginning of a safetensors file. */
export function safetensorsHeaderBytes(bytes: Uint8Array): number | null {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(maxHeaderBytes) ? Number(length) : null;
}

/**
 * What the beginning of a safetensors file says of the whole: 8 bytes of length, JSON, data.
 *
 * The tensors must lie end to end and fill the file exactly; a loader refuses one that does not ("InvalidOffset",
 * "TensorInvalidInfo", "MetadataIncompleteBuffer"). Source: the format's description and its library's validation.
 */
export function safetensors(bytes: Uint8Array): HeaderReading {
  const length = safetensorsHeaderBytes(bytes);
  if (length === null) return { state: 'broken', why: 'it has no header of a sensible length' };
  const headerBytes = 8 + length;
  if (bytes.length < headerBytes) return { state: 'incomplete', headerBytes };
  const header = jsonValue(new TextDecoder().decode(bytes.subarray(8, headerBytes)));
  if (!isRecord(header)) return { state: 'broken', why: 'its header is not JSON' };
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([, tensor]) => placeOf(tensor))
    .toSorted((a, b) => a.from - b.from || a.to - b.to);
  let dataBytes = 0;
  for (const { from, to, needs } of tensors) {
    if (!Number.isSafeInteger(to) || to < from)
      return { state: 'broken', why: 'a tensor of it has no place in the file' };
    if (from !== dataBytes)
      return { state: 'broken', why: `between its tensors is a gap or an overlap at byte ${from}` };
    if (needs !== null && needs !== to - from)
      return { state: 'broken', why: `a tensor of it needs ${needs} bytes and has ${to - from}` };
    dataBytes = to;
  }
  return { state: 'complete', version: null, tensors: tensors.length, needsBytes: headerBytes + dataBytes };
}

interface Place {
  readonly from: number;
  readonly to: number;
  /** By its type and shape; null where these do not tell. */
  readonly needs: number | null;
}

/** Where the data of a tensor lies, counted from the header; NaN where it does not say. */
function placeOf(tensor: unknown): Place {
  const { data_offsets: offsets, shape, dtype } = isRecord(tensor) ? tensor : {};
  const [from, to] = Array.isArray(offsets) ? offsets.map(wholeNumber) : [];
  const bits = typeof dtype === 'string' && Object.hasOwn(bitsOf, dtype) ? bitsOf[dtype] : undefined;
  const elements = Array.isArray(shape)
    ? shape.map(wholeNumber).reduce((product, size) => product * size, 1)
    : Number.NaN;
  const needs = bits === undefined ? Number.NaN : (elements * bits) / 8;
  return { from: from ?? Number.NaN, to: to ?? Number.NaN, needs: Number.isSafeInteger(needs) ? needs : null };
}

const wholeNumber = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
