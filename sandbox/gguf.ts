const headerVersion = 3;
const stringValue = 8;
const uint32Value = 4;
const alignment = 32;

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const string = (value: string): Buffer => Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);
const padding = (bytes: number): Buffer => Buffer.alloc((alignment - (bytes % alignment)) % alignment);

/** A small valid GGUF v3 model: 32-bit floats, all zero, in tensors of `elements` each. */
export function ggufModel(name: string, tensors: readonly string[], elements: number): Buffer {
  const data = Buffer.alloc(elements * 4);
  const slot = data.length + padding(data.length).length;
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(headerVersion),
    uint64(tensors.length),
    uint64(3),
    string('general.architecture'),
    uint32(stringValue),
    string('llama'),
    string('general.name'),
    uint32(stringValue),
    string(name),
    string('general.alignment'),
    uint32(uint32Value),
    uint32(alignment),
    ...tensors.flatMap((tensor, index) => [
      string(tensor),
      uint32(1),
      uint64(elements),
      uint32(0),
      uint64(index * slot),
    ]),
  ]);
  const body = tensors.flatMap(() => [data, padding(data.length)]);
  return Buffer.concat([header, padding(header.length), ...body]);
}
