import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { without, type ChatReader, type ChatWish, type Message, type ServerRequest, type Written } from './chat.ts';
import { errorWithin, failureOf, type Failure } from './failure.ts';
import { jsonOf } from './json-text.ts';
import { createEvents, type StreamEvent } from './sse.ts';

/** A request for a chat that is streamed, as llama-server, vLLM and other servers of the OpenAI API take it. */
export function openaiChat(wish: ChatWish): ServerRequest {
  const { model, messages, tools, schema, think, mostTokens, temperature, seed } = wish;
  const body = without({
    model,
    messages: messages.map(messageOf),
    tools,
    response_format: schema && { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    // Templates that can think take one or the other.
    chat_template_kwargs: think === 'on' || think === 'off' ? { enable_thinking: think === 'on' } : undefined,
    reasoning_effort: think === 'on' || think === 'off' ? undefined : think,
    max_tokens: mostTokens,
    temperature,
    seed,
    stream: true,
    stream_options: { include_usage: true },
  });
  return { path: '/v1/chat/completions', body };
}

/** A request for a text that goes on from a prompt, without a chat template. */
export const openaiCompletion = (
  prompt: string,
  { model, mostTokens, temperature, seed }: ChatWish,
): ServerRequest => ({
  path: '/v1/completions',
  body: without({
    model,
    prompt,
    max_tokens: mostTokens,
    temperature,
    seed,
    stream: true,
    stream_options: { include_usage: true },
  }),
});

function messageOf({ role, content, images, tool_calls: calls, tool_call_id: id, tool_name: name }: Message): Json {
  const pictures = (images ?? []).map((image): Json => ({ type: 'image_url', image_url: { url: dataUrl(image) } }));
  return without({
    role,
    content: pictures.length === 0 ? content : [{ type: 'text', text: content }, ...pictures],
    tool_calls: calls?.map(({ id: call, function: called }, index) => ({
      id: call ?? `call_${index}`,
      type: 'function',
      function: { name: called.name, arguments: JSON.stringify(called.arguments) },
    })),
    tool_call_id: id,
    name,
  });
}

/** How files of each type begin, in base64. */
const beginnings = { iVBOR: 'png', '/9j/': 'jpeg', R0lG: 'gif', UklG: 'webp' };
const dataUrl = (image: string): string => {
  const [, type = 'png'] = Object.entries(beginnings).find(([begin]) => image.startsWith(begin)) ?? [];
  return `data:image/${type};base64,${image}`;
};

const text = z.string().nullish();
const chunkSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: text,
            reasoning_content: text,
            reasoning: text,
            tool_calls: z
              .array(
                z.object({
                  index: z.int().min(0).default(0),
                  function: z.object({ name: text, arguments: text }).optional(),
                }),
              )
              .nullish(),
          })
          .default({}),
        // Of a completion.
        text,
        finish_reason: text,
      }),
    )
    .default([]),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number().default(0) }).nullish(),
  timings: z.object({ predicted_per_second: z.number().nullish() }).nullish(),
});
type Chunk = z.infer<typeof chunkSchema>;

/** Reads what is streamed of a chat or a completion. Only the `timings` of llama-server tell how fast it wrote. */
export function createOpenaiReader(): ChatReader {
  const events = createEvents();
  const calls: { name: string; arguments: string }[] = [];
  const texts: string[] = [];
  const thoughts: string[] = [];
  let seen: Pick<Written, 'model' | 'ended' | 'promptTokens' | 'tokens' | 'tokensPerSecond'> = {
    model: null,
    ended: null,
    promptTokens: null,
    tokens: null,
    tokensPerSecond: null,
  };
  let failure: Failure | undefined;

  function note({ model, choices: [choice], usage, timings }: Chunk): void {
    seen = {
      model: model ?? seen.model,
      ended: choice?.finish_reason ?? seen.ended,
      promptTokens: usage?.prompt_tokens ?? seen.promptTokens,
      tokens: usage?.completion_tokens ?? seen.tokens,
      tokensPerSecond: timings?.predicted_per_second ?? seen.tokensPerSecond,
    };
    for (const { index, function: called } of choice?.delta.tool_calls ?? []) {
      const before = calls[index] ?? { name: '', arguments: '' };
      calls[index] = {
        name: before.name + (called?.name ?? ''),
        arguments: before.arguments + (called?.arguments ?? ''),
      };
    }
  }

  function take({ field, text: said }: StreamEvent): string {
    if (failure !== undefined || said.trim() === '[DONE]') return '';
    const value = jsonOf(said);
    failure = field === 'error' ? failureOf(200, said) : errorWithin(value);
    if (failure !== undefined) return '';
    const { data } = chunkSchema.safeParse(value);
    if (data === undefined) {
      failure = { code: 'not_understood', says: `a part of its answer reads ${JSON.stringify(said.slice(0, 200))}` };
      return '';
    }
    note(data);
    const [choice] = data.choices;
    const { content, reasoning_content: reasoning, reasoning: other } = choice?.delta ?? {};
    const written = content ?? choice?.text ?? '';
    thoughts.push(reasoning ?? other ?? '');
    texts.push(written);
    return written;
  }

  return {
    push: (bytes) => events.push(bytes).map(take).join(''),
    end: () => ({
      ...seen,
      text: texts.join(''),
      thoughts: thoughts.join(''),
      toolCalls: calls.filter(Boolean),
      loadSeconds: null,
      failure:
        failure ?? (seen.ended === null ? { code: 'cut_off', says: 'its answer ended before it was done' } : null),
    }),
  };
}
