import { ggmlBytes } from './ggml-types.ts';
import type { HeaderReading } from './header-reading.ts';

const newestVersion = 3;
const maxDimensions = 8;
const maxDepth = 4;

/** Bytes of one value by its type number; strings (8) and arrays (9) tell their own length. */
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const stringType = 8;
const arrayType = 9;
const uint32Type = 4;

/**
 * What the beginning of a GGUF file says of the whole, versions 1 to 3.
 *
 * A loader refuses a file that ends before `needsBytes` ("data is not within the file bounds"). Source: the GGUF
 * format's description in the ggml project.
 */
export function gguf(bytes: Uint8Array): HeaderReading {
  try {
    return read(cursorOver(bytes));
  } catch (thrown) {
    if (thrown instanceof OutOfBytes) return { state: 'incomplete', headerBytes: null };
    if (thrown instanceof Broken) return { state: 'broken', why: thrown.message };
    throw thrown;
  }
}

class OutOfBytes extends Error {}
class Broken extends Error {}

function read(cursor: Cursor): HeaderReading {
  if (cursor.uint32() !== 0x46_55_47_47) throw new Broken('it does not begin with GGUF');
  const version = cursor.uint32();
  if (version !== 0 && (version & 0xff_ff) === 0) throw new Broken('it is written for big-endian machines');
  if (version === 0) throw new Broken('it says that it is of version 0');
  if (version > newestVersion) return { state: 'newer', version };
  // Version 1 counted in 32 bits.
  const length = version === 1 ? cursor.uint32 : cursor.uint64;
  const tensors = length();
  const pairs = length();
  let alignment = 32;
  for (let pair = 0; pair < pairs; pair += 1) {
    const key = cursor.text(length());
    const type = cursor.uint32();
    if (key === 'general.alignment' && type === uint32Type) alignment = cursor.uint32();
    else skipValue(cursor, type, length, 0);
  }
  if (alignment === 0 || alignment % 8 !== 0) throw new Broken(`its alignment is ${alignment}`);
  let dataBytes = 0;
  for (let tensor = 0; tensor < tensors; tensor += 1) {
    cursor.skip(length());
    const dimensions = cursor.uint32();
    if (dimensions > maxDimensions) throw new Broken(`a tensor has ${dimensions} dimensions`);
    let elements = 1;
    for (let dimension = 0; dimension < dimensions; dimension += 1) elements *= length();
    const size = ggmlBytes(cursor.uint32(), elements);
    dataBytes = Math.max(dataBytes, cursor.uint64() + size);
  }
  const needsBytes = tensors === 0 ? cursor.at() : Math.ceil(cursor.at() / alignment) * alignment + dataBytes;
  if (!Number.isSafeInteger(needsBytes)) throw new Broken('its tensors are larger than any file');
  return { state: 'complete', version, tensors, needsBytes };
}

function skipValue(cursor: Cursor, type: number, length: () => number, depth: number): void {
  if (type === stringType) return cursor.skip(length());
  const each = valueBytes[type];
  if (each !== undefined) return cursor.skip(each);
  if (type !== arrayType || depth === maxDepth) throw new Broken(`a value is of type ${type}, which does not exist`);
  const itemType = cursor.uint32();
  const items = length();
  const itemBytes = valueBytes[itemType];
  if (itemBytes !== undefined) return cursor.skip(items * itemBytes);
  for (let item = 0; item < items; item += 1) skipValue(cursor, itemType, length, depth + 1);
}

interface Cursor {
  at(): number;
  skip(count: number): void;
  uint32(): number;
  /** Errors: a number that no file can reach. */
  uint64(): number;
  text(count: number): string;
}

function cursorOver(bytes: Uint8Array): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  const step = (count: number): number => {
    if (!Number.isSafeInteger(position + count)) throw new Broken('a length is larger than any file');
    if (position + count > bytes.length) throw new OutOfBytes();
    position += count;
    return position - count;
  };
  return {
    at: () => position,
    skip: (count) => void step(count),
    uint32: () => view.getUint32(step(4), true),
    uint64() {
      const value = Number(view.getBigUint64(step(8), true));
      if (!Number.isSafeInteger(value)) throw new Broken('a length is larger than any file');
      return value;
    },
    text(count) {
      const from = step(count);
      return new TextDecoder().decode(bytes.subarray(from, from + count));
    },
  };
}
