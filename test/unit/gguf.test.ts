import { describe, expect, test } from 'vitest';
import { gguf } from '../../src/probes/gguf.ts';
import { ggufFile } from '../../sandbox/gguf.ts';

const tensors = [
  { name: 'token_embd.weight', dimensions: [64, 3] },
  { name: 'output_norm.weight', dimensions: [50] },
];

describe('a GGUF header tells how long the file must be', () => {
  test.each([1, 2, 3] as const)('in version %i', (version) => {
    const file = ggufFile({ version, tensors, metadata: { 'tokenizer.ggml.tokens': ['<s>', '</s>', 'é'] } });
    // The last tensor fills 200 of its 224 bytes: what only pads may be missing.
    expect(gguf(file)).toEqual({ state: 'complete', version, tensors: 2, needsBytes: file.length - 24 });
  });

  test('with an alignment of its own', () => {
    const file = ggufFile({ tensors, alignment: 512 });
    expect(gguf(file)).toMatchObject({ state: 'complete', needsBytes: file.length - (512 - 200) });
  });

  test('with quantised tensors', () => {
    // 512 elements of Q4_K are two blocks of 144 bytes.
    const file = ggufFile({ tensors: [{ name: 'blk.0.attn_q.weight', dimensions: [256, 2], type: 12, bytes: 288 }] });
    expect(gguf(file)).toMatchObject({ needsBytes: file.length });
  });

  test('at least up to where a tensor of an unknown type begins', () => {
    const file = ggufFile({ tensors: [...tensors, { name: 'new', dimensions: [64], type: 99, bytes: 64 }] });
    expect(gguf(file)).toMatchObject({ state: 'complete', needsBytes: file.length - 63 });
  });

  test('without tensors', () => {
    const file = ggufFile({ tensors: [] });
    const { needsBytes = 0 } = { ...gguf(file) } as { needsBytes?: number };
    expect(needsBytes).toBeGreaterThan(60);
    expect(needsBytes).toBeLessThanOrEqual(file.length);
  });
});

test('a header that goes on is incomplete at every length before its end', () => {
  const file = ggufFile({ tensors });
  const data = 64 * 3 * 4 + 224;
  const header = file.length - data;
  const states = Array.from({ length: header - 32 }, (_, length) => gguf(file.subarray(0, length)).state);
  expect(new Set(states)).toEqual(new Set(['incomplete']));
  expect(gguf(file.subarray(0, header)).state).toBe('complete');
});

const changed = (edit: (view: DataView) => void): Uint8Array => {
  const file = ggufFile({ tensors });
  edit(new DataView(file.buffer));
  return file;
};

describe('what is not a GGUF file of today is said', () => {
  test.each<[string, (view: DataView) => void, object]>([
    ['a newer version', (view) => view.setUint32(4, 4, true), { state: 'newer', version: 4 }],
    ['version 0', (view) => view.setUint32(4, 0, true), { state: 'broken' }],
    [
      'the other byte order',
      (view) => view.setUint32(4, 3, false),
      { state: 'broken', why: expect.stringContaining('big-endian') },
    ],
    ['another magic', (view) => view.setUint8(0, 0x3c), { state: 'broken' }],
    ['a count that no file can hold', (view) => view.setUint8(15, 0xff), { state: 'broken' }],
    [
      'a value type that does not exist',
      (view) => view.setUint32(24 + 8 + 20, 77, true),
      { state: 'broken', why: expect.stringContaining('type 77') },
    ],
  ])('%s', (_, edit, expected) => expect(gguf(changed(edit))).toMatchObject(expected));
});
