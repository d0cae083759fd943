/** A minimal valid safetensors file: the length of its header, the header, then zeros for the data. */
export function safetensorsFile(tensors: Readonly<Record<string, readonly [from: number, to: number]>>): Uint8Array {
  const entries = Object.entries(tensors).map(([name, data_offsets]) => [
    name,
    { dtype: 'U8', shape: [data_offsets[1] - data_offsets[0]], data_offsets },
  ]);
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const dataBytes = Math.max(0, ...Object.values(tensors).map(([, to]) => to));
  return new Uint8Array(Buffer.concat([length, header, Buffer.alloc(dataBytes)]));
}
