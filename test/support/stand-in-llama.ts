import { createLlamaApi, type LlamaState } from '../../sandbox/programs/llama-api.mjs';
import { serveStandIn } from './serve-stand-in.ts';

/** SIMULATED: a stand-in for llama-server; `state` alters what it does while it serves. */
export async function standInLlama(given: Partial<LlamaState> = {}) {
  const state: LlamaState = { model: 'tiny', ready: true, ...given };
  return { ...(await serveStandIn(createLlamaApi(state), '/health')), state };
}
