import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { jsonOf } from './json-text.ts';

/** Whether a text is JSON that fits a schema; `unchecked` where that schema can't be read here. */
export type Fit = { readonly is: 'fits' } | { readonly is: 'violates' | 'unchecked'; readonly says: string };

const mostNamed = 3;

/** A server may promise a form and not keep to it: some drop what they can't put into a grammar. */
export function fitsSchema(schema: Json, text: string): Fit {
  const reads = schemaOf(schema);
  if (typeof reads === 'string') return { is: 'unchecked', says: reads };
  const value = jsonOf(text);
  if (value === undefined) return { is: 'violates', says: 'it is no JSON' };
  const { error } = reads.safeParse(value);
  if (error === undefined) return { is: 'fits' };
  const named = error.issues.slice(0, mostNamed).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  const more = error.issues.length - named.length;
  return { is: 'violates', says: `${named.join('; ')}${more === 0 ? '' : `; and ${more} more`}` };
}

const objectSchema = z.record(z.string(), z.json());

function schemaOf(schema: Json): z.ZodType | string {
  const { data } = objectSchema.safeParse(schema);
  if (data === undefined) return 'a schema is an object';
  try {
    return z.fromJSONSchema(data);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
