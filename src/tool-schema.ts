import { z } from 'zod';
import type { Effect } from './core/command.ts';
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
  readonly _meta?: Readonly<Record<string, unknown>>;
}

export const toolEntry = (tool: AnyTool): ToolEntry => ({
  name: tool.name,
  title: tool.title,
  description: tool.summary,
  inputSchema: { ...plain(tool.input), type: 'object' },
  outputSchema: outputSchema(tool),
  annotations: annotations(tool.effect),
  // A host that knows it asks a person before every call, whatever it was told to skip. Source: Claude Code, MCP.
  ...(tool.effect === 'change' && { _meta: { 'anthropic/requiresUserInteraction': true } }),
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
 * A model reads this once for every tool, so only `data` says types, and the rest only its names; what a finding and a
 * step hold is in the instructions of the server, and in `docs/tools.md`.
 */
const outputSchema = ({ data }: AnyTool): ObjectSchema => ({
  type: 'object',
  properties: {
    data: lean(data),
  },
  required: ['summary', 'status', 'findings', 'next', 'notes', 'data'],
});

/** The schema of an input without what a model reads for nothing: the dialect, the bounds of safe integers, an empty default. */
function plain(input: z.ZodType): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, {
    io: 'input',
    override({ jsonSchema }) {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (isEmpty(jsonSchema.default)) delete jsonSchema.default;
    },
  });
  return schema;
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === false || (Array.isArray(value) && value.length === 0);

/** What `data` holds, one level deep: a model sees the rows themselves, and their types are in `docs/tools.md`. */
function lean(data: z.ZodType): JsonObject {
  const { type, properties = {} } = z.toJSONSchema(data);
  return {
    type,
    properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, shallow(value)])),
  };
}

function shallow(schema: z.core.JSONSchema._JSONSchema): JsonObject {
  if (typeof schema === 'boolean') return {};
  const types = (schema.anyOf ?? []).map((each) => each.type);
  if (types.length > 0) return types.every((type) => typeof type === 'string') ? { type: types } : {};
  return { type: schema.type };
}
