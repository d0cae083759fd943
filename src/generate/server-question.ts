import type { z } from 'zod';
import { captured } from '../core/capture.ts';
import { http, type HttpAnswer } from '../core/command.ts';
import { ask, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { anew } from '../probes/log-files.ts';
import type { ModelServer } from '../probes/model-server.ts';
import { failureOf, failureOfTrouble, type Failure } from './failure.ts';
import { jsonOf } from './json-text.ts';

/** What to put to a path of a server, anew each time; with a body it is a POST that only asks. */
export const question = ({ origin, headers }: ModelServer, path: string, body?: string) =>
  http(`${origin}${path}`, {
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    freshMs: anew,
    bytes: 8_388_608,
    ...(body !== undefined && { body }),
  });

/** What a server says at a path, or why it says nothing that can be read. */
export function* answerOf<T>(
  server: ModelServer,
  path: string,
  schema: z.ZodType<T>,
  body?: string,
): Asking<T | Failure> {
  const url = `${server.origin}${path}`;
  const reply = yield* ask(question(server, path, body));
  if (!reply.ok) {
    const { code } = failureOfTrouble(reply);
    return { code, says: `${url} does not answer: ${clean(reply.message)}.` };
  }
  if (reply.status !== 200) {
    const { code } = failureOf(reply.status, captured(reply.body));
    return { code, says: `${url} answers with HTTP status ${reply.status}.` };
  }
  const parsed = schema.safeParse(valueOf(reply));
  return parsed.success ? parsed.data : { code: 'not_understood', says: `${url} answers what is not understood.` };
}

export const valueOf = ({ body }: HttpAnswer): unknown => jsonOf(captured(body));
