import { z } from 'zod';

/** What a knob can be set to: one word without quotes or blanks, so that it reads the same wherever it stands. */
export const knobValueSchema = z
  .string()
  .max(200)
  .regex(/^(?:-?\d[\w.]*|[A-Za-z_/][\w./:+@-]*)$/, 'must be a number, or one word without quotes and blanks');

export const keySchema = z.string().regex(/^[A-Za-z_][\w.-]*$/, 'must be letters, digits, _ . and -');
export const flagSchema = z.string().regex(/^--?[A-Za-z][\w-]*$/, 'must be a flag like --parallel');

/** Cheapest first: a knob of a deeper tier is turned when those above did not help. */
export const tiers = [1, 2, 3] as const;

export const knobSchema = z
  .strictObject({
    file: z
      .string()
      .startsWith('/', 'must be an absolute path on the node')
      .describe('Where its value stands: an env file, a start script, a configuration'),
    key: keySchema.optional().describe('Key of the one line key=value or key: value'),
    flag: flagSchema
      .optional()
      .describe('Or a flag that occurs once, followed by its value: --parallel 4, --parallel=4'),
    tier: z
      .literal(tiers)
      .describe(
        '1: scheduling and concurrency; 2: memory pressure (batch, parallel, context, KV type, model size); 3: GPU offload depth',
      ),
    min: z.number().optional().describe('Its least value'),
    max: z.number().optional().describe('Its greatest value'),
    step: z.number().positive().optional().describe('The furthest that one change may go'),
    values: z
      .array(z.union([knobValueSchema, z.number()]))
      .min(1, 'must hold at least one value')
      .optional()
      .describe('Or all the values that it may have; words in order, from what takes most memory to what takes least'),
    describe: z.string().min(1, 'must not be empty').optional().describe('What it does'),
  })
  .check(({ value: { key, flag, min, max, step, values }, issues, value }) => {
    const wrong = (at: string, message: string) =>
      issues.push({ code: 'custom', message, input: value, path: at === '' ? [] : [at] });
    if (key === undefined && flag === undefined) wrong('', 'must have a key or a flag');
    if (key !== undefined && flag !== undefined) wrong('flag', 'a knob has a key or a flag, not both');
    if (min !== undefined && max !== undefined && min > max) wrong('min', `must be at most max, which is ${max}`);
    const bounds = { min, max, step };
    for (const [name, bound] of Object.entries(bounds))
      if (bound !== undefined && values !== undefined) wrong(name, 'a knob has values, or min, max and step');
  });
/** One value of a service that may be turned, and how far. */
export type Knob = z.infer<typeof knobSchema>;
export type Tier = Knob['tier'];

export const tierText: Readonly<Record<Tier, string>> = {
  1: 'scheduling and concurrency',
  2: 'memory pressure',
  3: 'GPU offload depth',
};

/** What it may be set to: `1 to 16 by at most 2`. */
export function limitsText({ min, max, step, values }: Knob): string {
  if (values !== undefined) return values.join(', ');
  const range =
    min !== undefined && max !== undefined
      ? `${min} to ${max}`
      : min !== undefined
        ? `${min} or more`
        : max !== undefined
          ? `${max} or less`
          : 'any value';
  return step === undefined ? range : `${range}, by at most ${step}`;
}
