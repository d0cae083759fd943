import { describe, expect, test } from 'vitest';
import { safetensors } from '../../src/probes/safetensors.ts';
import { safetensorsFile } from '../support/safetensors.ts';

const file = safetensorsFile({ 'model.embed.weight': [0, 96], 'model.norm.weight': [96, 128] });

describe('a safetensors header', () => {
  test('tells how long the file must be', () =>
    expect(safetensors(file)).toEqual({ state: 'complete', version: null, tensors: 2, needsBytes: file.length }));

  test('tells how long it is itself before it has come whole', () =>
    expect(safetensors(file.subarray(0, 40))).toEqual({ state: 'incomplete', headerBytes: file.length - 128 }));

  test('without places for its tensors is broken', () => {
    const header = Buffer.from('{"a":{"dtype":"F32"}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    expect(safetensors(new Uint8Array(Buffer.concat([length, header])))).toMatchObject({ state: 'broken' });
  });

  test.each([
    ['no JSON', '{"a":,,,,,,,,,,,,,,}'],
    ['a list', '[{"a":1}]'],
  ])('that is %s is broken', (_, text) => {
    const bytes = Buffer.concat([Buffer.from([text.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(text)]);
    expect(safetensors(new Uint8Array(bytes))).toMatchObject({ state: 'broken' });
  });

  test.each([
    ['a gap', { a: ['U8', [4], [0, 4]], b: ['U8', [4], [8, 12]] }, 'a gap or an overlap at byte 8'],
    ['an overlap', { a: ['U8', [4], [0, 4]], b: ['U8', [4], [2, 6]] }, 'a gap or an overlap at byte 2'],
    ['a tensor too short', { a: ['F16', [4, 4], [0, 16]] }, 'needs 32 bytes and has 16'],
    ['a tensor that ends before it begins', { a: ['U8', [4], [4, 0]] }, 'no place'],
  ])('with %s is broken', (_, tensors, why) =>
    expect(safetensors(headed(tensors))).toMatchObject({ state: 'broken', why: expect.stringContaining(why) }),
  );

  test('with a type of the future, and with an empty tensor, is read', () => {
    const tensors = { a: ['F3', [4], [0, 2]], b: ['F32', [0], [2, 2]], c: ['F4', [3, 2], [2, 5]] };
    expect(safetensors(headed(tensors))).toMatchObject({ state: 'complete', tensors: 3 });
  });
});

function headed(tensors: Readonly<Record<string, readonly unknown[]>>): Uint8Array {
  const entries = Object.entries(tensors).map(([name, [dtype, shape, data_offsets]]) => [
    name,
    { dtype, shape, data_offsets },
  ]);
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([length, header]));
}
