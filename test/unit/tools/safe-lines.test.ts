import { describe, expect, test } from 'vitest';
import { createSafeLines, shortLine } from '../../../src/tools/safe-lines.ts';

const body = [
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
  'MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu',
];
const key = ['-----BEGIN RSA PRIVATE KEY-----', 'Proc-Type: 4,ENCRYPTED', '', ...body, '-----END RSA PRIVATE KEY-----'];
const safe = (...texts: readonly string[]) => {
  const lines = createSafeLines(['s3cr3t-of-the-fleet']);
  return texts.flatMap((text) => lines(`${text}\n`));
};

describe('a private key in a log', () => {
  test('is taken out whole, and what is around it stays', () =>
    expect(safe(['before', ...key, 'after'].join('\n'))).toEqual(['before', '[redacted]', 'after']));
  test('also behind the prefix of journald or pm2', () => {
    const lines = key.map((line) => `2026-11-21T09:19:02+0000 gpu-1 app[42]: ${line}`);
    expect(safe(lines.join('\n')).join('\n')).not.toMatch(/MII|MzE/);
  });
  test('also when its lines come one by one', () => expect(safe('a', ...key, 'b')).toEqual(['a', '[redacted]', 'b']));
  test('also when a text begins within it', () =>
    expect(safe([...body, '-----END PRIVATE KEY-----', 'after'].join('\n'))).toEqual(['[redacted]', 'after']));
  test('hides nothing after it where its end is missing', () =>
    expect(safe([...key.slice(0, 4), 'INFO: next', 'ERROR: lost'].join('\n'))).toEqual([
      '[redacted]',
      'INFO: next',
      'ERROR: lost',
    ]));
});

test('secrets of the fleet file, escapes and secrets of a line go', () => {
  expect(safe('\u001b[31mx s3cr3t-of-the-fleet\u001b[0m', 'password=hunter22')).toEqual([
    'x [redacted]',
    'password=[redacted]',
  ]);
});

test('an empty text has no line, and a blank line is one', () => {
  const lines = createSafeLines([]);
  expect([lines(''), lines('\n'), lines('a\n\nb\n')]).toEqual([[], [], ['a', '', 'b']]);
});

test('a line that is data is cut where it is shown, and says how much is missing', () => {
  expect(shortLine('x'.repeat(2_500))).toBe(`${'x'.repeat(2_000)} [... 500 more characters]`);
});
