import { z } from 'zod';
import { playbookSchema } from '../core/playbook.ts';
import { fleetSchema } from './fleet-schema.ts';
import { isMapping, type KeyPath } from './key-path.ts';
import type { KnownKeys } from './mistakes.ts';
import { secretPlaces } from './secret-places.ts';

const secretFile = {
  type: 'object',
  properties: { file: { type: 'string', description: 'A file that holds the secret; relative to the fleet file' } },
  required: ['file'],
  additionalProperties: false,
};

const plainPattern = String.raw`^(?!-)\S+$`;

/** The JSON Schema of the fleet file as a person writes it. */
export const fleetJsonSchema = (): JsonSchema => ({
  title: 'Rackhand fleet file',
  ...withSecretFiles(written(fleetSchema), secretPlaces),
});

/** The JSON Schema of a playbook as a person writes it. */
export const playbookJsonSchema = (): JsonSchema => ({ title: 'Rackhand playbook', ...written(playbookSchema) });

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Draft 7, because the YAML language server of the editors knows that one best. */
const written = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override({ jsonSchema }) {
      // The bound of a safe integer is true of every number here and says nothing to a reader.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // Without the flag u, which not every editor sets, \p{C} means the letters p and C.
      if (jsonSchema.pattern?.includes('\\p{')) jsonSchema.pattern = plainPattern;
    },
  });

function withSecretFiles(schema: JsonSchema, places: readonly KeyPath[]): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties' && isMapping(value)) {
        const properties = Object.entries(value).map(([key, child]) => [
          key,
          withSecretFile(child, below(places, key)),
        ]);
        return [keyword, Object.fromEntries(properties)];
      }
      if (keyword === 'additionalProperties' || keyword === 'items')
        return [keyword, withSecretFile(value, below(places, '*'))];
      return [keyword, value];
    }),
  );
}

const below = (places: readonly KeyPath[], key: string): readonly KeyPath[] =>
  places.filter(([first]) => first === key).map((place) => place.slice(1));

function withSecretFile(schema: unknown, places: readonly KeyPath[]): unknown {
  if (!isMapping(schema)) return schema;
  if (places.some((place) => place.length === 0)) return { anyOf: [schema, secretFile] };
  return withSecretFiles(schema, places);
}

/** The keys that a mapping at a path of the fleet file may have. */
export const fleetKeys: KnownKeys = (path) => keysAt(fleetJsonSchema(), path);

/** Those of a playbook. */
export const playbookKeys: KnownKeys = (path) => keysAt(playbookJsonSchema(), path);

/** Those of what a schema takes. */
export const keysIn =
  (schema: z.ZodType): KnownKeys =>
  (path) =>
    keysAt(written(schema), path);

function keysAt(schema: JsonSchema, path: KeyPath): readonly string[] {
  let found = alternatives(schema);
  for (const key of path) found = found.flatMap((each) => alternatives(childOf(each, key)));
  return [...new Set(found.flatMap(({ properties }) => (isMapping(properties) ? Object.keys(properties) : [])))];
}

export function childOf(schema: JsonSchema, key: string | number): unknown {
  if (typeof key === 'number') return schema['items'];
  const properties = schema['properties'];
  return isMapping(properties) && Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'];
}

/** The schema itself, or all that it may be instead. */
function alternatives(schema: unknown): readonly JsonSchema[] {
  if (!isMapping(schema)) return [];
  const { anyOf } = schema;
  return Array.isArray(anyOf) ? anyOf.flatMap(alternatives) : [schema];
}
