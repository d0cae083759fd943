import { z } from 'zod';
import { flagOf } from '../text/next-text.ts';

/** An input as the command line takes it. */
export interface Flag {
  /** The name of the input. */
  readonly key: string;
  /** `--max-lines` */
  readonly flag: string;
  readonly type: 'string' | 'number' | 'boolean';
  readonly many: boolean;
  readonly required: boolean;
  /** The only values it takes; empty where any is taken. */
  readonly choices: readonly string[];
  readonly says: string;
}

/** The flags of a flat input. */
export function flagsOf(input: z.ZodObject): readonly Flag[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' });
  return Object.entries(properties).flatMap(([key, schema]): readonly Flag[] => {
    if (typeof schema === 'boolean') return [];
    const { items } = schema;
    const value = typeof items === 'object' && !Array.isArray(items) ? items : schema;
    return [
      {
        key,
        flag: flagOf(key),
        type:
          value.type === 'integer' || value.type === 'number'
            ? 'number'
            : value.type === 'boolean'
              ? 'boolean'
              : 'string',
        many: schema.type === 'array',
        required: required.includes(key),
        choices: (value.enum ?? []).map(String),
        says: [schema.description, defaultText(schema.default)].filter((part) => part !== undefined).join(' '),
      },
    ];
  });
}

const defaultText = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? `(default ${value})` : undefined;
