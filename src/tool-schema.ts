import { z } from 'zod';
import type { Effect } from './core/command.ts';
import { findingSchema, nextSchema, statuses } from './core/report.ts';
import type { AnyTool } from './core/tool.ts';

type JsonObject = Record<string, unknown>;
type ObjectSchema = { type: 'object' } & JsonObject;

/** A tool as `tools/list` shows it. */
export interface ToolEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  readonly annotations: ReturnType<typeof annotations>;
}

export const toolEntry = (tool: AnyTool): ToolEntry => ({
  name: tool.name,
  title: tool.title,
  description: tool.summary,
  inputSchema: { ...without(z.toJSONSchema(tool.input, { io: 'input' }), isNoise), type: 'object' },
  outputSchema: outputSchema(tool),
  annotations: annotations(tool.effect),
});

/** All four hints, from the one safety fact; what comes back is text of machines that may be anybody's. */
const annotations = (effect: Effect) => ({
  readOnlyHint: effect === 'observe',
  destructiveHint: effect === 'change',
  idempotentHint: effect === 'observe',
  openWorldHint: true,
});

/**
 * The report, the same for every tool but for `data`.
 *
 * A model reads it once per tool, so findings and steps are named by what they always hold, and `data` says its types
 * but not again which of its names are always there.
 */
const outputSchema = ({ data }: AnyTool): ObjectSchema => ({
  type: 'object',
  properties: {
    summary: { type: 'string' },
    status: { enum: statuses },
    findings: { type: 'array', items: { type: 'object', required: z.toJSONSchema(findingSchema).required } },
    next: { type: 'array', items: { type: 'object', required: z.toJSONSchema(nextSchema).required } },
    notes: { type: 'array', items: { type: 'string' } },
    data: without(z.toJSONSchema(data), (key, value, among) => isNoise(key, value) || isRepeated(key, value, among)),
  },
  required: ['summary', 'status', 'findings', 'next', 'notes', 'data'],
});

type Drop = (key: string, value: unknown, among: object) => boolean;

function without(schema: object, drop: Drop): JsonObject {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !drop(key, value, schema))
      .map(([key, value]: [string, unknown]) => [key, valueWithout(value, drop)]),
  );
}

function valueWithout(value: unknown, drop: Drop): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => valueWithout(item, drop));
  return typeof value === 'object' && value !== null ? without(value, drop) : value;
}

/** What a model reads for nothing: the dialect, the bounds of safe integers, an empty default. */
const isNoise = (key: string, value: unknown): boolean =>
  (key === '$schema' && typeof value === 'string') ||
  (key === 'additionalProperties' && value === false) ||
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
  (key === 'default' && Array.isArray(value) && value.length === 0) ||
  (key === 'propertyNames' && JSON.stringify(value) === '{"type":"string"}');

const isRepeated: Drop = (key, value, among) =>
  (key === 'required' && Array.isArray(value)) || (key === 'type' && value === 'string' && 'enum' in among);
