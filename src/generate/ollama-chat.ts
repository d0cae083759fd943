import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { without, type ChatReader, type ChatWish, type ServerRequest, type ToolCall, type Written } from './chat.ts';
import { errorWithin, type Failure } from './failure.ts';
import { jsonOf } from './json-text.ts';
import { createLines } from './lines.ts';

/** A request for a chat that is streamed. Source: Ollama docs/api.md, api/types.go. */
export function ollamaChat(wish: ChatWish): ServerRequest {
  const { model, messages, tools, schema, think, keepAlive } = wish;
  const body = without({
    model: model ?? '',
    messages: messages.map(({ tool_calls: calls, ...message }): Json =>
      without({ ...message, tool_calls: calls?.map((call) => without(call)) }),
    ),
    tools,
    format: schema,
    think: think === undefined ? undefined : think === 'on' || think === 'off' ? think === 'on' : think,
    keep_alive: keepAliveOf(keepAlive),
    options: optionsOf(wish),
    stream: true,
  });
  return { path: '/api/chat', body };
}

/** A request for a text that goes on from a prompt, without a chat template. */
export function ollamaCompletion(prompt: string, wish: ChatWish): ServerRequest {
  const { model, schema, keepAlive } = wish;
  const body = without({
    model: model ?? '',
    prompt,
    raw: true,
    format: schema,
    keep_alive: keepAliveOf(keepAlive),
    options: optionsOf(wish),
    stream: true,
  });
  return { path: '/api/generate', body };
}

function optionsOf({ mostTokens, temperature, seed, contextTokens }: ChatWish): Json | undefined {
  const options = { num_predict: mostTokens, temperature, seed, num_ctx: contextTokens };
  return Object.values(options).every((value) => value === undefined) ? undefined : without(options);
}

/** A bare number is seconds, and only as a number. */
const keepAliveOf = (text: string | undefined): string | number | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : text;

const lineSchema = z.object({
  model: z.string().optional(),
  message: z
    .object({
      content: z.string().default(''),
      thinking: z.string().default(''),
      tool_calls: z.array(z.object({ function: z.object({ name: z.string(), arguments: z.json() }) })).default([]),
    })
    .optional(),
  response: z.string().optional(),
  thinking: z.string().optional(),
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  load_duration: z.number().optional(),
  prompt_eval_count: z.number().optional(),
  eval_count: z.number().optional(),
  eval_duration: z.number().optional(),
});
type Line = z.infer<typeof lineSchema>;

const nanoseconds = 1e9;

/** Reads what Ollama streams of a chat or a generation: one JSON value in each line, any of which may be an error. */
export function createOllamaReader(): ChatReader {
  const lines = createLines();
  const toolCalls: ToolCall[] = [];
  const thoughts: string[] = [];
  const texts: string[] = [];
  let last: Line | undefined;
  let failure: Failure | undefined;

  function take(line: string): string {
    if (line.trim() === '' || failure !== undefined) return '';
    const value = jsonOf(line);
    failure = errorWithin(value);
    if (failure !== undefined) return '';
    const { data } = lineSchema.safeParse(value);
    if (data === undefined) {
      failure = { code: 'not_understood', says: `a line of its answer reads ${JSON.stringify(line.slice(0, 200))}` };
      return '';
    }
    last = data;
    const {
      content = data.response ?? '',
      thinking = data.thinking ?? '',
      tool_calls: calls = [],
    } = data.message ?? {};
    thoughts.push(thinking);
    texts.push(content);
    for (const { function: called } of calls)
      toolCalls.push({ name: called.name, arguments: JSON.stringify(called.arguments) });
    return content;
  }

  return {
    push: (bytes) => lines.push(bytes).map(take).join(''),
    end(): Written {
      // Half of a line is the trace of a cut.
      for (const line of lines.end()) if (jsonOf(line) !== undefined) take(line);
      const { eval_count: tokens, eval_duration: spent, load_duration: loading } = last ?? {};
      const isDone = last?.done === true;
      return {
        model: last?.model ?? null,
        text: texts.join(''),
        thoughts: thoughts.join(''),
        toolCalls,
        ended: last?.done_reason ?? null,
        promptTokens: last?.prompt_eval_count ?? null,
        tokens: tokens ?? null,
        tokensPerSecond: tokens && spent ? (tokens * nanoseconds) / spent : null,
        loadSeconds: loading === undefined ? null : loading / nanoseconds,
        failure: failure ?? (isDone ? null : { code: 'cut_off', says: 'its answer ended before it was done' }),
      };
    },
  };
}
