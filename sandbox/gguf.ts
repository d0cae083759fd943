/** A tensor of a test model: its name, dimensions and ggml type (0 is F32). */
interface TensorSpec {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type?: number;
  /** Bytes it fills: the writer knows no types but F32. */
  readonly bytes?: number;
}

type MetadataValue = string | number | readonly string[];

interface Options {
  readonly version?: 1 | 2 | 3;
  readonly alignment?: number;
  readonly metadata?: Readonly<Record<string, MetadataValue>>;
  readonly tensors: readonly TensorSpec[];
}

/** A minimal valid GGUF file: a header with the metadata, then the data of each tensor, which is never zero, as weights are. */
export function ggufFile({ version = 3, alignment = 32, metadata = {}, tensors }: Options): Uint8Array {
  const length = version === 1 ? uint32 : uint64;
  const text = (value: string) => [length(Buffer.byteLength(value)), Buffer.from(value)];
  const pairs = Object.entries({ 'general.architecture': 'llama', 'general.alignment': alignment, ...metadata });
  const padded = (bytes: number) => Math.ceil(bytes / alignment) * alignment;
  let offset = 0;
  const infos = tensors.flatMap(({ name, dimensions, type = 0, bytes = f32Bytes(dimensions) }) => {
    const at = offset;
    offset += padded(bytes);
    return [...text(name), uint32(dimensions.length), ...dimensions.map(length), uint32(type), uint64(at)];
  });
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(version),
    length(tensors.length),
    length(pairs.length),
    ...pairs.flatMap(([key, value]) => [...text(key), ...metadataValue(value, text, length)]),
    ...infos,
  ]);
  return new Uint8Array(Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length + offset, 0x5a)]));
}

const f32Bytes = (dimensions: readonly number[]) => dimensions.reduce((all, size) => all * size, 4);

function metadataValue(value: MetadataValue, text: (value: string) => Buffer[], length: (value: number) => Buffer) {
  if (typeof value === 'string') return [uint32(8), ...text(value)];
  if (typeof value === 'number') return [uint32(4), uint32(value)];
  return [uint32(9), uint32(8), length(value.length), ...value.flatMap(text)];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** A small model of 32-bit floats, all zero, in tensors of `elements` each. */
export const ggufModel = (name: string, tensors: readonly string[], elements: number): Uint8Array =>
  ggufFile({
    metadata: { 'general.name': name },
    tensors: tensors.map((each) => ({ name: each, dimensions: [elements] })),
  });
