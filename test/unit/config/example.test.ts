import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadFleet } from '../../../src/config/fleet.ts';
import { isMapping } from '../../../src/config/key-path.ts';
import { fleetJsonSchema, fleetKeys } from '../../../src/config/schema.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const example = new URL('../../../fleet.example.yaml', import.meta.url);
const schemaFile = new URL('../../../schema/fleet.schema.json', import.meta.url);
const text = readFileSync(example, 'utf8');

/** Every path of keys that a schema names; `*` for keys and entries of one's own. */
function schemaPaths(schema: unknown, path = ''): string[] {
  if (!isMapping(schema)) return [];
  const { properties, additionalProperties, items, anyOf } = schema as Record<string, unknown>;
  const named = Object.entries(isMapping(properties) ? properties : {}).flatMap(([key, child]) => [
    `${path}.${key}`,
    ...schemaPaths(child, `${path}.${key}`),
  ]);
  const alternatives = Array.isArray(anyOf) ? anyOf.flatMap((one) => schemaPaths(one, path)) : [];
  return [
    ...named,
    ...alternatives,
    ...[additionalProperties, items].flatMap((child) => schemaPaths(child, `${path}.*`)),
  ];
}

/** Every path of keys that a value has, with each key once as itself and once as `*`. */
function valuePaths(value: unknown, path: readonly string[] = ['']): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = path.flatMap((start) => [`${start}.${key}`, `${start}.*`]);
    return [...here, ...valuePaths(child, here)];
  });
}

describe('fleet.example.yaml', () => {
  test('loads', async () => {
    const home = scratchFolder();
    home.write('.secrets/fastapi-key', 'key of the api\n');
    const { nodes, secrets } = await loadFleet({
      path: example.pathname,
      env: { SUPERVISOR_PASSWORD: 'of supervisord', API_TOKEN: 'of the api' },
      cwd: '/',
      home: home.path,
    });
    expect(nodes.map(({ name }) => name)).toEqual(['gpu-1', 'gpu-2', 'gpu-3', 'local', 'sandbox']);
    expect(secrets.toSorted()).toEqual(['key of the api', 'of supervisord', 'of the api']);
  });

  test('has every key that there is', () => {
    const there = new Set(valuePaths(parse(text)));
    // A node's thresholds are those of the fleet, and one secret from a file shows how it is done for all.
    const known = schemaPaths(fleetJsonSchema()).map((path) =>
      path.replace(/^\.nodes\.\*\.thresholds\./, '.thresholds.').replace('.auth.password.file', '.auth.password'),
    );
    expect(known.length).toBeGreaterThan(50);
    expect(known.filter((path) => !there.has(path))).toEqual([]);
  });

  test('names the schema that editors read', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./schema/fleet.schema.json');
  });
});

describe('the schema', () => {
  test('on disk is the one that the program checks by', () => {
    expect(JSON.parse(readFileSync(schemaFile, 'utf8'))).toEqual(fleetJsonSchema());
  });

  test('accepts the example and refuses a misspelt key', () => {
    const schema = z.fromJSONSchema(fleetJsonSchema());
    expect(schema.safeParse(parse(text)).error).toBeUndefined();
    expect(schema.safeParse(parse(text.replace('host_key:', 'hostkey:'))).success).toBe(false);
  });

  test('asks of a person only what has no default', () => {
    const schema = JSON.stringify(fleetJsonSchema());
    expect(fleetJsonSchema()['required']).toEqual(['nodes']);
    expect(schema).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  test('knows the keys of a place', () => {
    expect(fleetKeys([])).toEqual(['thresholds', 'policy', 'nodes']);
    expect(fleetKeys(['nodes', 'any', 'services', 'any', 'health', 0])).toContain('expect');
    expect(fleetKeys(['nodes', 'any', 'labels'])).toEqual([]);
  });
});
