import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/core/sha256.ts';

const byNode = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('hashes what FIPS 180-4 gives as an example', () => {
  expect(sha256(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('hashes as OpenSSL does, around the borders of a block and beyond', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 262_144]) {
    const bytes = new Uint8Array(length).map((_, index) => (index * 31 + length) & 255);
    expect(sha256(bytes), String(length)).toBe(byNode(bytes));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(sha256(bytes)).toBe(byNode(bytes));
    }),
  );
});
