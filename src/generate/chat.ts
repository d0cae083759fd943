import { z } from 'zod';
import type { Json } from '../core/json.ts';
import type { Failure } from './failure.ts';

/** One message, as Ollama writes it; images are base64. */
export const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string().default(''),
  images: z.array(z.string()).optional(),
  tool_calls: z
    .array(
      z.object({
        id: z.string().optional(),
        function: z.object({ name: z.string(), arguments: z.record(z.string(), z.json()) }),
      }),
    )
    .optional(),
  tool_name: z.string().optional(),
  tool_call_id: z.string().optional(),
});
export type Message = z.infer<typeof messageSchema>;

export const thinking = ['off', 'on', 'low', 'medium', 'high'] as const;

/** What a model is to write. What is left out is as the server has it. */
export interface ChatWish {
  readonly model: string | undefined;
  readonly messages: readonly Message[];
  readonly tools?: readonly Json[] | undefined;
  /** JSON Schema that the answer must fit. */
  readonly schema?: Json | undefined;
  readonly think?: (typeof thinking)[number] | undefined;
  /** Of Ollama: for how long the model stays loaded, as `5m`, seconds, or -1 for good. */
  readonly keepAlive?: string | undefined;
  readonly mostTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly seed?: number | undefined;
  /** Of Ollama: another one than it was loaded with loads it anew. */
  readonly contextTokens?: number | undefined;
}

/** Where on a server a request goes, and its body. */
export interface ServerRequest {
  readonly path: string;
  readonly body: Json;
}

export interface ToolCall {
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
}

/** What a model wrote, also before it failed, and what its server counted. */
export interface Written {
  readonly model: string | null;
  readonly text: string;
  readonly thoughts: string;
  readonly toolCalls: readonly ToolCall[];
  /** `stop`, `length`, ...: in the server's own word. */
  readonly ended: string | null;
  readonly promptTokens: number | null;
  readonly tokens: number | null;
  readonly tokensPerSecond: number | null;
  readonly loadSeconds: number | null;
  readonly failure: Failure | null;
}

/** Reads an answer as it comes. */
export interface ChatReader {
  /** The text that came with these bytes; thoughts are no text. */
  push(bytes: Uint8Array): string;
  end(): Written;
}

/** What `JSON.stringify` leaves out is left out here, where what is sent is typed as JSON. */
export const without = (entries: Readonly<Record<string, Json | undefined>>): Json =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
