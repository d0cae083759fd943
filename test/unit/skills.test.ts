import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { catalog } from '../../src/catalog.ts';
import { changeStates } from '../../src/core/change-outcome.ts';
import { failureCodes } from '../../src/generate/failure.ts';
import { layers } from '../../src/core/layer.ts';
import { playStates } from '../../src/play/on-node.ts';
import { playbooks } from '../../src/playbooks/index.ts';

const root = new URL('../../skills/', import.meta.url);
const skills = readdirSync(root).map((name) => {
  const text = readFileSync(new URL(`${name}/SKILL.md`, root), 'utf8');
  const [, head = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? [];
  return { name, head, body };
});

/** Source: the Agent Skills specification; only these keys are understood everywhere. */
const headSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    .max(64),
  description: z.string().min(1).max(1_024),
  license: z.string().optional(),
  compatibility: z.string().max(500).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  'allowed-tools': z.string().optional(),
});

const toolNames: ReadonlySet<string> = new Set([...catalog, ...playbooks].map(({ name }) => name));
const states: readonly string[] = [...changeStates, ...playStates];
const codes: readonly string[] = [...states, ...failureCodes];
/** Words of two or more parts that stand as code and are no state. */
const toolWords = (text: string): readonly string[] =>
  [...text.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, word = '']) => word).filter((word) => !codes.includes(word));

describe.each(skills)('the skill $name', ({ name, head, body }) => {
  test('has a head as the specification wants it', () => {
    const parsed = headSchema.parse(parse(head));
    expect(parsed.name).toBe(name);
    expect(parsed.description).toMatch(/Use when /);
  });

  test('stays short, and says what never to do and how to answer', () => {
    expect(body.split('\n').length).toBeLessThan(500);
    // About four bytes make a token.
    expect(Buffer.byteLength(body) / 4).toBeLessThan(5_000);
    for (const part of ['## Sequence', '## Never', '## Answer with']) expect(body).toContain(part);
  });

  test('names tools and playbooks that there are', () => {
    const words = toolWords(body);
    expect(words.length).toBeGreaterThan(2);
    expect(words.filter((word) => !toolNames.has(word))).toEqual([]);
  });

  test('names files that are beside it, and skills that there are', () => {
    for (const [, path = ''] of body.matchAll(/`(references\/[^`]+)`/g))
      expect(existsSync(new URL(`${name}/${path}`, root))).toBe(true);
    for (const [, other = ''] of body.matchAll(/the skill ([a-z-]+)/g))
      expect(skills.map((skill) => skill.name)).toContain(other);
  });
});

test('every state that a change or a playbook can come to is told of', () => {
  const { body = '' } = skills.find(({ name }) => name === 'service-recovery') ?? {};
  const told = states.filter((state) => state !== 'planned' && state !== 'checked');
  expect(told.filter((state) => !body.includes(state))).toEqual([]);
});

test('every layer is told of, in order', () => {
  const text = readFileSync(new URL('gpu-node-triage/references/layers.md', root), 'utf8');
  expect(
    [...text.matchAll(/^\| ([a-z]+) \|/gm)].map(([, layer]) => layer).filter((layer) => layer !== 'layer'),
  ).toEqual(layers);
});
