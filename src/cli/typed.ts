import type { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { flagOf } from '../text/next-text.ts';
import type { Values } from './command.ts';

/** What was typed after a command that is no tool, as it wants it. Errors: `USAGE`, naming the flag. */
export function typed<Input extends z.ZodObject>(input: Input, values: Values): z.output<Input> {
  const parsed = input.safeParse(values);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) => `${flagOf(String(path[0] ?? ''))}: ${message}`);
  throw new OpsError('USAGE', `${said.join('; ')}.`);
}
