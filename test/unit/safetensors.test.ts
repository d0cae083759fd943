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
});
