import { expect, test } from 'vitest';
import { z } from 'zod';
import { catalog } from '../../src/catalog.ts';
import { defineTool } from '../../src/core/tool.ts';
import { toolEntry } from '../../src/tool-schema.ts';

const tool = (effect: 'observe' | 'create' | 'change') =>
  defineTool({
    name: 'model_fetch',
    title: 'Fetch',
    summary: 'Fetches.',
    effect,
    input: z.object({
      nodes: z.array(z.string()).default([]).describe('Nodes'),
      lines: z.int().optional(),
      most: z.int().min(1).max(9).default(3),
    }),
    data: z.object({ free: z.int().nullable(), gpus: z.union([z.int(), z.literal('auto')]), kind: z.enum(['a', 'b']) }),
    cli: { positional: [] },
    run: () => Promise.reject(new Error('not called')),
  });

test('what a model reads of the tools that it is shown is at most 10 KB', () => {
  const shown = catalog.filter(({ toolset }) => toolset === undefined);
  expect(JSON.stringify({ tools: shown.map(toolEntry) }).length).toBeLessThanOrEqual(10_000);
});

test('the hints follow from the effect', () => {
  const hints = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };
  expect(toolEntry(tool('observe')).annotations).toEqual({ ...hints, readOnlyHint: true, idempotentHint: true });
  expect(toolEntry(tool('create')).annotations).toEqual(hints);
  expect(toolEntry(tool('change')).annotations).toEqual({ ...hints, destructiveHint: true });
});

test('the schemas keep what binds and drop what every schema says', () => {
  const { inputSchema, outputSchema } = toolEntry(tool('observe'));
  expect(inputSchema).toEqual({
    type: 'object',
    properties: {
      nodes: { description: 'Nodes', type: 'array', items: { type: 'string' } },
      lines: { type: 'integer' },
      most: { default: 3, type: 'integer', minimum: 1, maximum: 9 },
    },
  });
  expect(JSON.parse(JSON.stringify(outputSchema['properties']))).toMatchObject({
    data: {
      type: 'object',
      properties: {
        free: { type: ['integer', 'null'] },
        gpus: { type: ['integer', 'string'] },
        kind: { type: 'string' },
      },
    },
  });
});
