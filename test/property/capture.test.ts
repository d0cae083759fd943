import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureBuffer, captured } from '../../src/core/capture.ts';

const text = fc.string({ unit: fc.constantFrom(...Array.from('a\né漢🙂\u0301')), maxLength: 200 });
const cuts = fc.array(fc.nat({ max: 50 }), { maxLength: 60 });

function captureOf(bytes: Uint8Array, cap: number, sizes: readonly number[]) {
  const buffer = new CaptureBuffer(cap);
  let at = 0;
  for (const size of sizes) {
    buffer.push(bytes.subarray(at, at + size));
    at += size;
  }
  buffer.push(bytes.subarray(at));
  return buffer.end();
}

test('head, tail and what was left out add up, and are those of the whole, however it is cut into chunks', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 300 }), cuts, (whole, cap, sizes) => {
      const bytes = Buffer.from(whole);
      const got = captureOf(bytes, cap, sizes);
      const half = Math.floor(cap / 2);
      expect(got.totalBytes).toBe(bytes.length);
      fc.pre(bytes.length > 2 * half);
      const [head, tail] = [Buffer.from(got.head), Buffer.from(got.tail)];
      expect(bytes.subarray(0, head.length).equals(head)).toBe(true);
      expect(bytes.subarray(bytes.length - tail.length).equals(tail)).toBe(true);
      // At most the three bytes of a cut character are missing at either cut.
      expect(half - head.length).toBeLessThanOrEqual(3);
      expect(half - tail.length).toBeLessThanOrEqual(3);
      expect(got.omittedBytes).toBe(bytes.length - head.length - tail.length);
      expect(captured(got)).toContain(`${got.omittedBytes} bytes left out`);
    }),
    { numRuns: 2_000 },
  );
});

test('what fits is kept whole', () => {
  fc.assert(
    fc.property(text, cuts, (whole, sizes) => {
      const bytes = Buffer.from(whole);
      const expected = { head: whole, tail: '', omittedBytes: 0, totalBytes: bytes.length };
      expect(captureOf(bytes, bytes.length + 1, sizes)).toEqual(expected);
    }),
  );
});

test('no character of valid UTF-8 is broken', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 60 }), cuts, (whole, cap, sizes) => {
      const { head, tail } = captureOf(Buffer.from(whole), cap, sizes);
      expect(head + tail).not.toContain('\ufffd');
    }),
    { numRuns: 2_000 },
  );
});

test('bytes that are no UTF-8 do not make it fail, and are counted', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 60 }), cuts, (bytes, cap, sizes) => {
      expect(captureOf(bytes, cap, sizes).totalBytes).toBe(bytes.length);
    }),
  );
});
