import { expect, test } from 'vitest';
import { likeness } from '../../src/probes/like-names.ts';

test.each([
  ['m.gguf ', 'm.gguf', 'blanks'],
  ['m\u00a0.gguf', 'm.gguf', 'blanks'],
  ['m\u200b.gguf', 'm.gguf', 'invisible characters'],
  ['M.GGUF', 'm.gguf', 'upper and lower case'],
  ['mode\u0300le', 'mod\u00e8le', 'Unicode'],
  ['m\u043edel.gguf', 'model.gguf', 'letters that look alike'],
  ['llama\u20113.gguf', 'llama-3.gguf', 'letters that look alike'],
  ['M\u043edel .GGUF', 'model.gguf', 'letters that look alike'],
  ['m.gguf', 'm.gguf', undefined],
  ['m-q4.gguf', 'm-q5.gguf', undefined],
  ['', 'm', undefined],
])('%j is like %j in %s', (a, b, how) => expect(likeness(a, b)).toBe(how));
