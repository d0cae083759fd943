import { describe, expect, test } from 'vitest';
import { isPartialOf, partialNames } from '../../src/probes/partial-names.ts';

describe('an unfinished download is known by its name', () => {
  test.each(partialNames.map(({ by, example }) => [by, example] as const))('of %s: %s', (by, example) => {
    const of = by === 'ollama' ? example.replace('-partial', '') : 'model.gguf';
    expect(isPartialOf(example, of)).toBe(true);
    expect(isPartialOf(example, 'another.gguf')).toBe(false);
  });

  test.each(['model.part', 'model.gguf.0f3a.incomplete', 'model.gguf.PART'])('%s', (name) =>
    expect(isPartialOf(name, 'model.gguf')).toBe(true),
  );

  test.each(['model.gguf', 'model.safetensors', 'model.gguf.bak', 'model.gguf.sha256', 'model.gguf.metadata', ''])(
    '%s is none',
    (name) => expect(isPartialOf(name, 'model.gguf')).toBe(false),
  );
});
