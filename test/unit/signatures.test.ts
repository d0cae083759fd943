import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logReading } from '../../src/checks/log-reading.ts';
import { signatures } from '../../src/checks/signatures/index.ts';
import type { Signature } from '../../src/core/signature.ts';

const root = new URL('../fixtures/logs/', import.meta.url);
const log = (name: string) => readFileSync(new URL(name, root), 'utf8');
type Log = Signature['services'][number];
const of = (kind: Log) => signatures.filter(({ services }) => services.includes('any') || services.includes(kind));

/** The signature that a log is put down to. */
function classified(text: string, kind: Log): string | undefined {
  const reading = logReading({ source: 'log', text, skippedBytes: 0 }, of(kind), { isOld: false, isUp: false });
  return 'cause' in reading ? reading.cause.signature.id : undefined;
}

// A quantified group that holds a quantifier can take exponential time.
const nested = /\((?:[^()\\]|\\.)*?(?:[^()\\]|\\.)(?:[*+]|\{\d+,\})(?:[^()\\]|\\.)*\)(?:[*+]|\{\d+,)/;

test('nested quantifiers are seen', () => {
  for (const pattern of [/(a+)+b/, /x(?:\w*,)+/, /(a{2,})*/]) expect(pattern.source).toMatch(nested);
});

test('ids are unique and of one form', () => {
  const ids = signatures.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(45);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[A-Z]{2}(?:-[A-Z0-9]+)+$/);
});

describe.each(signatures.map((signature) => [signature.id, signature] as const))('%s', (_, signature) => {
  const { pattern, examples, meaning, advice } = signature;
  const [kind = 'other'] = signature.services.flatMap((service) => (service === 'any' ? [] : [service]));

  test.each(examples)('is what this line is put down to: %s', (line) => {
    expect(pattern.test(line)).toBe(true);
    const others = of(kind).filter((other) => other !== signature && other.pattern.test(line));
    // Where two rows know a line, the one that stands first must be the right one.
    expect(
      others.filter((other) => of(kind).indexOf(other) < of(kind).indexOf(signature)).map((row) => row.id),
    ).toEqual([]);
  });

  test('says what it means as a part of a sentence, and what to do as a whole one', () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(meaning).toMatch(/^[A-Z].{15,}[^.]$/i);
    expect(advice).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('takes no more than linear time', () => {
    expect(pattern.source).not.toMatch(nested);
    expect(pattern.source.match(/(?<!\\)\.[*+]/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(pattern.flags).not.toMatch(/[gy]/);
    const [example = ''] = examples;
    const half = example.slice(0, example.length / 2);
    const hostile = [half.repeat(60_000 / half.length), 'a'.repeat(60_000), `${half}${' '.repeat(60_000)}`];
    for (const line of hostile) expect(typeof pattern.test(line)).toBe('boolean');
  });
});

describe('healthy lines', () => {
  const lines = log('healthy.txt').trimEnd().split('\n');
  test('are many', () => expect(lines.length).toBeGreaterThan(25));
  test.each(lines)('%s', (line) => {
    expect(signatures.filter(({ pattern }) => pattern.test(line)).map(({ id }) => id)).toEqual([]);
  });
});

const uvicorn: Readonly<Record<string, string | undefined>> = {
  '01-module-not-found-path.txt': 'AP-PATH',
  '02-module-not-found-dep.txt': 'AP-DEP',
  '03-import-error-name.txt': 'AP-NAME',
  '04-attribute-missing.txt': 'AP-ATTR',
  '05-syntax-error.txt': 'AP-SYNTAX',
  '06-startup-exception.txt': 'TP-CONN',
  '07-bad-import-string.txt': 'AP-FMT',
  '08-normal-start.txt': undefined,
  '09-address-in-use.txt': 'AP-PORT',
};

describe('recorded logs of uvicorn', () => {
  test('are all expected to mean something', () => {
    expect(readdirSync(new URL('uvicorn/', root)).toSorted()).toEqual(Object.keys(uvicorn));
  });
  test.each(Object.entries(uvicorn))('%s is %s', (file, id) => {
    expect(classified(log(`uvicorn/${file}`), 'api')).toBe(id);
  });
});

test('of two errors of the ComfyUI image the first counts, which its outer half only follows', () => {
  const text = [
    '=================== Starting script (ID: 1)',
    '== Running comfyui-nvidia_init.bash in / as comfytoo',
    '=================== Starting script (ID: 33)',
    '== Testing write access as the comfy user to the run directory',
    '!! ERROR: Directory /comfy/mnt owned by unexpected user/group, expected 1024:1024, actual 0:0 -- FORCE_CHOWN will not work for this folder',
    '!! Exiting script (ID: 33)',
    '!! ERROR: subscript failed',
    '!! Exiting script (ID: 1)',
  ].join('\n');
  expect(classified(text, 'comfyui')).toBe('CI-OWNER');
  expect(classified(text.replace(/^!! ERROR: Directory.*$/m, "mkdir: cannot create directory 'HF'"), 'comfyui')).toBe(
    'CI-ENDED',
  );
});

const loader: Readonly<Record<string, string>> = {
  zero: 'LL-MAGIC',
  html: 'LL-MAGIC',
  empty: 'LL-TRUNC-HEAD',
  'trunc-header': 'LL-TRUNC-HEAD',
  'trunc-kv': 'LL-TRUNC-HEAD',
  'trunc-tensorinfo': 'LL-TRUNC-HEAD',
  lfs: 'LL-MAGIC',
  nope: 'LL-MISSING',
  dir: 'LL-TRUNC-HEAD',
  oob: 'LL-TRUNC',
  unkarch: 'LL-ARCH',
  ver9: 'LL-VER',
  nohparams: 'LL-HPARAM',
  be: 'LL-ENDIAN',
};

describe('recorded errors of the llama loader', () => {
  const sections = log('llama/libllama-loader-errors.txt')
    .split(/^===== /m)
    .slice(1);
  const named = sections.map((section) => [section.split(' ')[0] ?? '', section.slice(section.indexOf('\n'))] as const);
  test('are all expected to mean something', () => {
    expect(named.map(([name]) => name)).toEqual(Object.keys(loader));
  });
  test.each(named)('%s', (name, text) => expect(classified(text, 'llama')).toBe(loader[name]));

  test('a library that is missing ends the program before the loader', () => {
    const [beforeLoader = ''] = log('llama/cuda-backend-no-driver.txt').split('load_backend:');
    expect(classified(beforeLoader, 'llama')).toBe('LL-SO');
  });
  test('a file without parameters is what the last start ended by', () => {
    expect(classified(log('llama/cuda-backend-no-driver.txt'), 'llama')).toBe('LL-HPARAM');
  });
});
