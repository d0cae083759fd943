import { z } from 'zod';
import type { Effect } from './core/command.ts';
import { statuses } from './core/report.ts';
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
  inputSchema: { ...plain(tool.input), type: 'object' },
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
 * A model reads this once for every tool, so only `data` says its types; that the other parts are always there, and
 * what they hold, is in the instructions of the server, and in `docs/tools.md`.
 */
const outputSchema = ({ data }: AnyTool): ObjectSchema => ({
  type: 'object',
  properties: { summary: {}, status: {}, findings: {}, next: {}, notes: {}, data: lean(data) },
});

/** The schema of an input without what a model reads for nothing: the dialect, the bounds of safe integers, an empty default. */
function plain(input: z.ZodType): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, {
    io: 'input',
    override({ jsonSchema }) {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (Array.isArray(jsonSchema.default) && jsonSchema.default.length === 0) delete jsonSchema.default;
    },
  });
  return schema;
}

/** The types of `data` in the fewest words; what they mean and which are always there is in `docs/tools.md`. */
function lean(data: z.ZodType): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(data, {
    override({ jsonSchema }) {
      delete jsonSchema.required;
      delete jsonSchema.description;
      delete jsonSchema.maximum;
      delete jsonSchema.minimum;
      delete jsonSchema.propertyNames;
      // That something with properties is an object, and something with items an array, goes without saying.
      if (jsonSchema.properties !== undefined || jsonSchema.items !== undefined) delete jsonSchema.type;
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.enum !== undefined) delete jsonSchema.type;
      // The words of a status are told once, in the instructions.
      if (jsonSchema.enum?.join() === statuses.join()) Object.assign(jsonSchema, { type: 'string', enum: undefined });
      const types = (jsonSchema.anyOf ?? []).map(({ type }) => type);
      if (types.length > 0 && types.every((type) => typeof type === 'string'))
        Object.assign(jsonSchema, { type: types, anyOf: undefined });
    },
  });
  return schema;
}
