import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPartReader } from '../../src/transport/frame-parts.ts';
import { beforeMark, behindMark } from '../../src/transport/marked-output.ts';

const mark = '0123456789abcdef';
// Bytes that look like the mark are what could lead a reader astray.
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom('\n', mark.slice(0, 9), `\n${mark}`, `${mark} `).map((text) => Buffer.from(text)),
    ),
  )
  .map((pieces) => Buffer.concat(pieces))
  .filter((body) => !body.includes(`\n${mark} `));
const info = fc.stringMatching(/^[a-z]{1,8}( \d{1,3})?$/);
const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 60 });

function chunks(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const made: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    made.push(whole.subarray(at, at + size));
    at += size;
  }
  return [...made, whole.subarray(at)];
}

test('parts come back as they were sent, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(info, bytes)), bytes, cuts, (sent, banner, sizes) => {
      const stream = Buffer.concat([
        banner,
        ...sent.map(([name, body]) => Buffer.concat([Buffer.from(`\n${mark} ${name}\n`), body])),
        Buffer.from(`\n${mark} next\n`),
      ]);
      const got: [string, Buffer][] = [];
      const push = createPartReader(mark, (name, body) => got.push([name, body]));
      for (const chunk of chunks(stream, sizes)) push(chunk);
      expect(got.map(([name, body]) => [name, body.toString('hex')])).toEqual(
        sent.map(([name, body]) => [name, body.toString('hex')]),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('a large body in small chunks is put together in linear time', () => {
  const body = Buffer.alloc(8_000_000, `\n${mark}`);
  const stream = Buffer.concat([Buffer.from(`\n${mark} bytes\n`), body, Buffer.from(`\n${mark} next\n`)]);
  const got: Buffer[] = [];
  const push = createPartReader(mark, (_, part) => got.push(part));
  for (let at = 0; at < stream.length; at += 1_000) push(stream.subarray(at, at + 1_000));
  expect(got.map((part) => part.equals(body))).toEqual([true]);
});

const lifelineMark = Buffer.from('\u001ef00f\u001e');
const output = bytes.filter((body) => !body.includes(lifelineMark));

test('what stands before the first mark is the banner, what stands behind it the output', () => {
  fc.assert(
    fc.property(output, output, cuts, (banner, said, sizes) => {
      const got: Uint8Array[] = [];
      const reader = behindMark(lifelineMark, (chunk) => got.push(chunk));
      for (const chunk of chunks(Buffer.concat([banner, lifelineMark, said]), sizes)) reader.push(chunk);
      expect(Buffer.concat(got).equals(said)).toBe(true);
      expect(reader.banner()).toBeUndefined();
    }),
  );
});

test('a mark at the very end is taken off, and nothing else', () => {
  fc.assert(
    fc.property(output, fc.boolean(), cuts, (said, marked, sizes) => {
      const got: Uint8Array[] = [];
      const reader = beforeMark(lifelineMark, (chunk) => got.push(chunk));
      for (const chunk of chunks(marked ? Buffer.concat([said, lifelineMark]) : said, sizes)) reader.push(chunk);
      expect(reader.end()).toBe(marked);
      expect(Buffer.concat(got).equals(said)).toBe(true);
    }),
  );
});
