import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { read, type ReadFound } from '../../../src/core/command.ts';
import { unpacked } from '../../../src/engine/unpack.ts';

const ask = (unpack: number) => ({ ...read('/var/log/a.1.gz').ask, unpack });
const reply = (bytes: Uint8Array, size = bytes.length): ReadFound => ({
  ok: true,
  bytes,
  offset: 0,
  size,
  at: 0,
  ms: 1,
});
const packed = (text: string) => new Uint8Array(gzipSync(text));

test('the reply is the end of what the bytes unpack to, and where it begins', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 1, max: 6_000 }), async (bytes, most) => {
      const found = await unpacked(ask(most), reply(new Uint8Array(gzipSync(bytes))));
      const kept = bytes.subarray(-most);
      expect(found).toMatchObject({ ok: true, size: bytes.length, offset: bytes.length - kept.length });
      expect('bytes' in found && Buffer.compare(found.bytes, kept)).toBe(0);
      expect('cut' in found).toBe(false);
    }),
  );
});

test('a small file that holds a huge one is not followed to its end', async () => {
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(80_000_000), { level: 1 }));
  const found = await unpacked(ask(1_000), reply(bomb));
  expect(found).toMatchObject({ cut: true });
  expect('bytes' in found && found.bytes.length).toBe(1_000);
});

test('one that is damaged, still written or only read in part says so', async () => {
  const whole = packed('line\n'.repeat(50_000));
  const half = whole.subarray(0, whole.length / 2);
  expect(await unpacked(ask(100_000), reply(half))).toMatchObject({ cut: true });
  expect(await unpacked(ask(100), reply(whole, whole.length + 1))).toMatchObject({ cut: true });
});

test('what is no gzip is trouble with the file', async () => {
  expect(await unpacked(ask(100), reply(new TextEncoder().encode('plain')))).toMatchObject({
    ok: false,
    errno: 'EILSEQ',
  });
});

test('whatever was not packed stays as it is', async () => {
  const plain = reply(packed('x'));
  expect(await unpacked(read('/x').ask, plain)).toBe(plain);
});
