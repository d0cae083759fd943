import type { z } from 'zod';
import { captured } from '../core/capture.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';

/** What a body of JSON says, where it was answered with 200 and is of the form that is expected. */
export function jsonAnswer<T>(reply: HttpAnswer | HttpTrouble, schema: z.ZodType<T>): T | undefined {
  if (!reply.ok || reply.status !== 200) return undefined;
  try {
    return schema.safeParse(JSON.parse(captured(reply.body))).data;
  } catch {
    return undefined;
  }
}
