import type { ServerResponse } from 'node:http';

export type StreamFault = 'stall' | 'cut' | 'bytes' | 'endless';

export function standInTokens(prompt: string, most?: number): string[];
export function standInJson(schema: object, wrong?: boolean): unknown;
export function standInVector(text: string, dimensions?: number): number[];
export function standInStream(
  response: ServerResponse,
  parts: readonly string[],
  options?: { fault?: string | undefined; msPerToken?: number },
): Promise<void>;
