import { z } from 'zod';
import { OpsError } from './core/errors.ts';
import { remembered } from './core/remembered.ts';
import { nearest } from './core/text.ts';
import type { AnyTool } from './core/tool.ts';

/** The input of a tool as its schema wants it. Errors: `USAGE`, naming the input and, for an unknown one, those there are. */
export function toolInput(tool: AnyTool, input: unknown): Readonly<Record<string, unknown>> {
  const parsed = strict(tool).safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const known = Object.keys(tool.input.shape);
  const said = parsed.error.issues.map((issue) => {
    if (issue.code !== 'unrecognized_keys') return `${issue.path.join('.') || 'input'}: ${issue.message}`;
    return issue.keys.map((key) => `${key}: there is no such input${meant(nearest(key, known))}`).join('; ');
  });
  throw new OpsError('USAGE', `${tool.name}: ${said.join('; ')}.`, {
    hint: `${tool.name} takes: ${known.join(', ')}.`,
  });
}

/** Made once for each tool: making a schema costs more than using it. */
const strict = remembered((tool: AnyTool) => z.strictObject(tool.input.shape));

const meant = (name: string | undefined): string => (name === undefined ? '' : `, did you mean ${name}?`);
