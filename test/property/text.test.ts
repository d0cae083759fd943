import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, nearest, redact } from '../../src/core/text.ts';

const anything = fc.string({
  unit: fc.constantFrom(...Array.from('ab \n\t\r\u001b[]0;m\\\u0007\u009b\u202e\u2066\u200b\ufeff\u{e0041}\b漢🙂')),
  maxLength: 60,
});

describe('cleaned text', () => {
  test('has no control character, no escape and no mark that turns the direction', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(clean(text)).not.toMatch(
          /[^\P{Cc}\n\t]|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e0fff}]/u,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(clean(clean(text))).toBe(clean(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps every letter of harmless text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab é漢🙂\n\t.')) }), (text) => {
        expect(clean(text)).toBe(text);
      }),
    );
  });

  test('shows what a terminal would: the last of a line that was written over', () => {
    expect(clean('10%\r50%\r100%\ndone\r\n')).toBe('100%\ndone\n');
    expect(clean('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u001b\\')).toBe('red link');
  });
});

const secret = fc.stringMatching(/^[A-Za-z0-9+/_]{24,40}$/);
const shapes: readonly (readonly [string, (secret: string) => string])[] = [
  ['a bearer token', (one) => `Authorization: Bearer ${one}`],
  ['an assigned password', (one) => `DB_PASSWORD=${one} next`],
  ['a quoted JSON value', (one) => `{"api_key": "${one}", "n": 1}`],
  ['a YAML value', (one) => `  secret: ${one}\n`],
  ['a URL with a password', (one) => `redis://user:${one.replaceAll('/', '_')}@host:6379/0`],
  ['an option', (one) => `serve --api-key ${one} --port 1`],
  ['a Hugging Face token', (one) => `hf_${one.replace(/[^A-Za-z0-9]/g, 'x')}`],
  ['a GitHub token', (one) => `ghp_${one.replace(/[^A-Za-z0-9]/g, 'x')}abcdefgh`],
  ['an OpenAI key', (one) => `sk-proj-${one.replace(/[^A-Za-z0-9]/g, 'x')}`],
  ['a private key', (one) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${one}\n-----END OPENSSH PRIVATE KEY-----`],
];

describe('redaction', () => {
  test.each(shapes)('takes out %s', (_, shape) => {
    fc.assert(
      fc.property(secret, fc.stringMatching(/^[a-z ]{0,20}$/), (one, before) => {
        const text = `${before}\n${shape(one)}`;
        const safe = redact(text);
        const body = shape(one).replace(/^.*?((?:hf_|ghp_|sk-proj-)\w+)$/, '$1');
        expect(safe).not.toContain(
          body.startsWith('hf_') || body.startsWith('ghp_') || body.startsWith('sk-') ? body : one,
        );
        expect(redact(safe)).toBe(safe);
      }),
    );
  });

  test('takes out the secrets of the fleet file wherever they stand', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), anything, anything, (one, before, after) => {
        fc.pre(!'[redacted]'.includes(one) && !one.includes('[redacted]'));
        expect(redact(before + one + after, [one]).replaceAll('[redacted]', '')).not.toContain(one);
      }),
    );
  });

  test('keeps digests, GPU UUIDs and what only looks like a secret', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), fc.uuid(), (digest, uuid) => {
        const text = `sha256:${digest} model ok\n${digest}  llama.gguf\nGPU-${uuid} MIG-${uuid}\ntokens per second: 31.5, n_tokens = 4096, max_tokens=512`;
        expect(redact(text)).toBe(text);
      }),
    );
  });

  test('takes time in proportion to the text', () => {
    const hostile = [
      'password',
      'a_',
      'a.',
      '-a',
      ' -',
      '"',
      'token="',
      'Bearer ',
      'Basic',
      '://',
      'http://a:',
      'b:',
      'eyJ-',
      'eyJ',
      'sk-',
    ];
    const others = [
      '-----BEGIN A',
      '-----BEGIN PRIVATE KEY-----',
      'token=',
      '\u001b]',
      '\u001b[0',
      '\r',
      'x',
      'key ',
      '\\"',
    ];
    for (const piece of [...hostile, ...others]) {
      const run = piece.repeat(Math.ceil(300_000 / piece.length));
      // A rule that goes over all of it again from each character would not end within the time of this test.
      for (const text of [run, `${run}\npassword\r!`, `password="${run}`]) {
        expect(redact(clean(text)).length).toBeLessThanOrEqual(text.length * 3);
      }
    }
  });

  test('takes out a quoted value with a quote in it, whole', () => {
    expect(redact(String.raw`{"password": "a\"b c", "n": 1}`)).toBe('{"password": [redacted], "n": 1}');
    expect(redact(`MY_APP_DB_PASSWORD='two words'; x`)).toBe('MY_APP_DB_PASSWORD=[redacted]; x');
  });
});

test('a sequence that is never closed hides no other line', () => {
  expect(clean('one \u001b]0;title\ntwo\nthree')).toBe('one \ntwo\nthree');
});

test('the nearest name is one of the known ones', () => {
  expect(nearest('lamma', ['llama', 'api'])).toBe('llama');
  expect(nearest('zzzzzz', ['llama', 'api'])).toBeUndefined();
});
