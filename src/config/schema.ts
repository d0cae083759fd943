import { z } from 'zod';
import { fleetSchema } from './fleet-schema.ts';
import { isMapping, type KeyPath } from './key-path.ts';
import { secretPlaces } from './secret-places.ts';

const secretFile = {
  type: 'object',
  properties: { file: { type: 'string', description: 'A file that holds the secret; relative to the fleet file' } },
  required: ['file'],
  additionalProperties: false,
};

const plainPattern = String.raw`^(?!-)\S+$`;

/**
 * The JSON Schema of the fleet file as a person writes it.
 *
 * Draft 7, because the YAML language server of the editors knows that one best.
 */
export function fleetJsonSchema(): Record<string, unknown> {
  const schema: Record<string, unknown> = z.toJSONSchema(fleetSchema, {
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
  return { title: 'Rackhand fleet file', ...withSecretFiles(schema, secretPlaces) };
}

function withSecretFiles(
  schema: Readonly<Record<string, unknown>>,
  places: readonly KeyPath[],
): Record<string, unknown> {
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

/** The keys that a mapping at a path of the fleet file may have; none where any key is allowed. */
export function knownKeys(path: KeyPath): readonly string[] {
  let found = mappingOf(fleetJsonSchema());
  for (const key of path) found = mappingOf(childOf(found, key));
  return isMapping(found?.['properties']) ? Object.keys(found['properties']) : [];
}

function childOf(schema: Readonly<Record<string, unknown>> | undefined, key: string | number): unknown {
  if (typeof key === 'number') return schema?.['items'];
  const properties = schema?.['properties'];
  return isMapping(properties) && Object.hasOwn(properties, key) ? properties[key] : schema?.['additionalProperties'];
}

/** The schema itself, or the one of its alternatives that describes a mapping. */
function mappingOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isMapping(schema)) return undefined;
  const alternatives = schema['anyOf'];
  if (!Array.isArray(alternatives)) return schema;
  return alternatives.find((alternative) => isMapping(alternative) && alternative['type'] === 'object');
}
