/** Bytes of one value by its GGUF type; strings and arrays tell their own length. Source: the GGUF format's description. */
const valueBytes = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const stringType = 8;
const arrayType = 9;
const f32Bytes = 4;

/**
 * The header of a GGUF file of 32-bit floats: where each tensor begins and how long it is.
 *
 * Errors carry the sentence that the real loader prints before it gives up.
 */
export function readHeader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const step = (count, what) => {
    if (at + count > bytes.length) throw new Error(`gguf_init_from_reader: failed to read ${what}`);
    at += count;
    return at - count;
  };
  const uint32 = (what) => view.getUint32(step(4, what), true);
  const uint64 = (what) => Number(view.getBigUint64(step(8, what), true));
  const string = (what) => {
    const length = uint64(what);
    const from = step(length, what);
    return bytes.toString('utf8', from, from + length);
  };
  const skipValue = (type) => {
    const what = 'key-value pairs';
    if (type === stringType) string(what);
    else if (type !== arrayType) step(valueBytes[type], what);
    else {
      const itemType = uint32(what);
      for (let left = uint64(what); left > 0; left -= 1) skipValue(itemType);
    }
  };

  const magic = bytes.toString('latin1', 0, 4);
  step(4, 'magic');
  if (magic !== 'GGUF') {
    throw new Error(`gguf_init_from_reader: invalid magic characters: '${magic}', expected 'GGUF'`);
  }
  const version = uint32('header');
  const tensorCount = uint64('header');
  const keyCount = uint64('header');
  for (let key = 0; key < keyCount; key += 1) {
    string('key-value pairs');
    skipValue(uint32('key-value pairs'));
  }
  const tensors = Array.from({ length: tensorCount }, () => {
    const name = string('tensor info');
    const sizes = Array.from({ length: uint32('tensor info') }, () => uint64('tensor info'));
    uint32('tensor info');
    return { name, offset: uint64('tensor info'), bytes: sizes.reduce((all, size) => all * size, f32Bytes) };
  });
  return { version, keyCount, tensors, dataStart: Math.ceil(at / 32) * 32 };
}
