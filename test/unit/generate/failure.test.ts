import { describe, expect, test } from 'vitest';
import { failureOf, failureOfTrouble } from '../../../src/generate/failure.ts';

const timed = { at: 0, ms: 1 };
const ollama = (error: string) => JSON.stringify({ error });
const openai = (code: number, message: string, type = 'x') => JSON.stringify({ error: { code, message, type } });

// In the words of Ollama before and after it took llama-server for its runner, of llama-server b4754, and of vLLM.
test.each([
  [404, ollama("model 'llama9' not found"), 'model_not_found'],
  [404, ollama('model "llama9" not found, try pulling it first'), 'model_not_found'],
  [200, ollama('pull model manifest: file does not exist'), 'model_not_found'],
  [404, openai(404, 'The model `x` does not exist.', 'NotFoundError'), 'model_not_found'],
  [503, openai(503, 'Loading model', 'unavailable_error'), 'loading'],
  [503, ollama('server busy, please try again.  maximum pending requests exceeded'), 'queue_full'],
  [429, openai(429, 'Too many requests'), 'queue_full'],
  [400, ollama('"all-minilm" does not support chat'), 'not_supported'],
  [400, openai(400, "Pooling type 'none' is not OAI compatible. Please use a different pooling type"), 'not_supported'],
  [501, openai(501, 'This server does not support metrics endpoint. Start it with `--metrics`'), 'not_supported'],
  [404, openai(404, 'File Not Found', 'not_found_error'), 'not_supported'],
  [500, ollama('model requires more system memory (9.1 GiB) than is available (3.2 GiB)'), 'out_of_memory'],
  [500, ollama('llama runner process has terminated: cudaMalloc failed: out of memory'), 'out_of_memory'],
  [500, ollama('llama-server reported out-of-memory during startup: ggml'), 'out_of_memory'],
  [500, ollama('llama runner process has terminated: exit status 2'), 'runner_died'],
  [500, ollama('llama-server process has terminated: signal: killed'), 'runner_died'],
  [500, ollama('timed out waiting for llama-server to start - progress 0.42'), 'runner_died'],
  [403, '', 'host_not_allowed'],
  [403, ollama('cloud is disabled'), 'unauthorized'],
  [401, openai(401, 'Invalid API Key', 'authentication_error'), 'unauthorized'],
  [400, openai(400, 'the request exceeds the available context size. try increasing it'), 'prompt_too_long'],
  [400, ollama('invalid model name'), 'bad_request'],
  [500, openai(500, "[json.exception.out_of_range.403] key 'messages' not found"), 'bad_request'],
  [422, '{"detail":"field required"}', 'bad_request'],
  [500, ollama('something new'), 'server_error'],
  [502, '<html><title>Bad Gateway</title></html>', 'server_error'],
] as const)('%i %s is %s', (status, body, code) => expect(failureOf(status, body).code).toBe(code));

test('it is told in the words of the server, cleaned and cut, and without words where there are none', () => {
  expect(failureOf(500, ollama(`x\n\u001b[31m${'y'.repeat(900)}`)).says).toBe(`x ${'y'.repeat(498)}`);
  expect(failureOf(403, '').says).toBe('HTTP status 403 without a word');
});

describe('what brought no whole answer', () => {
  test.each([
    [{ reason: 'timeout', gaveUp: 'silent' }, 'silent'],
    [{ reason: 'protocol', gaveUp: 'too_long' }, 'too_long'],
    [{ reason: 'timeout' }, 'silent'],
    [{ reason: 'reset' }, 'cut_off'],
    [{ reason: 'refused' }, 'not_reached'],
    [{ reason: 'protocol' }, 'not_reached'],
  ] as const)('%j is %s', (trouble, code) =>
    expect(failureOfTrouble({ ok: false, message: 'm', ...trouble, ...timed })).toEqual({ code, says: 'm' }),
  );
});
