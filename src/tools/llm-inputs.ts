import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { messageSchema, type Message } from '../generate/chat.ts';

/** An input that is JSON, for what is not flat. Errors: `USAGE`, saying which one and what is wrong in it. */
export function fromJson<T>(name: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OpsError('USAGE', `${name} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  throw new OpsError('USAGE', `${name} is not as it must be: ${z.prettifyError(error)}`);
}

/** JSON Schema, as far as it is an object. */
export const schemaInput: z.ZodType<Json> = z.record(z.string(), z.json());
export const toolsInput: z.ZodType<readonly Json[]> = z.array(z.record(z.string(), z.json()));

interface Asked {
  readonly system?: string | undefined;
  readonly messages?: string | undefined;
  readonly prompt: string;
  readonly images: readonly string[];
}

/** A conversation up to what is asked now. Errors: `USAGE`. */
export function messagesOf({ system, messages, prompt, images }: Asked): readonly Message[] {
  const earlier = messages === undefined ? [] : fromJson('messages', messages, z.array(messageSchema));
  const now: Message = { role: 'user', content: prompt, ...(images.length > 0 && { images: [...images] }) };
  const all: readonly Message[] = [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    ...earlier,
    ...(prompt === '' ? [] : [now]),
  ];
  if (all.every(({ role }) => role === 'system')) throw new OpsError('USAGE', 'Nothing is asked: give a prompt.');
  return all;
}
