import type { IncomingMessage, ServerResponse } from 'node:http';

export interface LlamaState {
  model: string;
  ready: boolean;
  fault?: string | undefined;
  msPerToken?: number;
  perSecond?: number;
  embeds?: boolean;
  key?: string;
}

export function createLlamaApi(
  state: LlamaState,
): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
