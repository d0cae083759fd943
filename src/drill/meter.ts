import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Metered } from './place.ts';

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});

const bytesOf = (value: unknown): number => (value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value)));

function read(line: string): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const isResumed = (params: unknown): boolean =>
  typeof params === 'object' && params !== null && 'requestState' in params;

/** What a model pays for, by the request: what it is told of the tools, and what its calls are answered. */
const kinds: Readonly<Record<string, 'tools' | 'answers'>> = {
  initialize: 'tools',
  'server/discover': 'tools',
  'tools/list': 'tools',
  'tools/call': 'answers',
  'resources/read': 'answers',
};

/**
 * Counts what goes between a client of MCP and a server, line by line, and tells the sum after each line that counts.
 *
 * The list of the tools counts once, however often it is asked for.
 */
export function createMeter(tell: (sum: Metered) => void) {
  const asked = new Map<string | number, string>();
  const listed = new Map<string, number>();
  let [calls, answers, steps] = [0, 0, 0];
  const told = () => tell({ tools: [...listed.values()].reduce((sum, each) => sum + each, 0), calls, answers, steps });
  return {
    toServer(line: string): void {
      const { id, method, params } = read(line) ?? {};
      if (id === undefined || method === undefined || kinds[method] === undefined) return;
      asked.set(id, method);
      if (kinds[method] !== 'answers') return;
      calls += bytesOf(params);
      // A call that comes back with the answer of a person is the same one.
      if (method === 'tools/call' && !isResumed(params)) steps += 1;
      told();
    },
    toClient(line: string): void {
      const { id, method, result, error } = read(line) ?? {};
      if (id === undefined || method !== undefined) return;
      const of = asked.get(id);
      if (of === undefined) return;
      asked.delete(id);
      if (kinds[of] === 'tools') listed.set(of, Math.max(listed.get(of) ?? 0, bytesOf(result)));
      else answers += bytesOf(result ?? error);
      told();
    },
  };
}

/** Tells each line of a stream that somebody else reads as well. */
export const eachLine = (stream: Readable, hear: (line: string) => void): void =>
  void createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', hear);
