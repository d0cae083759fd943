import { expect, test } from 'vitest';
import type { ChatWish } from '../../../src/generate/chat.ts';
import { embeddedOf, embeddingRequests } from '../../../src/generate/embeddings.ts';
import { fitsSchema } from '../../../src/generate/fits-schema.ts';
import { ollamaChat, ollamaCompletion } from '../../../src/generate/ollama-chat.ts';
import { openaiChat, openaiCompletion } from '../../../src/generate/openai-chat.ts';

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const call = { id: 'c1', function: { name: 'weather', arguments: { city: 'Köln' } } };
const wish: ChatWish = {
  model: 'qwen:7b',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'What is this?', images: ['iVBORw0KGgo='] },
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', content: '11 degrees', tool_name: 'weather', tool_call_id: 'c1' },
  ],
  tools: [{ type: 'function', function: { name: 'weather' } }],
  schema,
  think: 'low',
  keepAlive: '-1',
  mostTokens: 64,
  temperature: 0,
  seed: 7,
  contextTokens: 8_192,
};

test('a chat as Ollama takes it', () => {
  expect(ollamaChat(wish)).toEqual({
    path: '/api/chat',
    body: {
      model: 'qwen:7b',
      messages: wish.messages,
      tools: wish.tools,
      format: schema,
      think: 'low',
      keep_alive: -1,
      options: { num_predict: 64, temperature: 0, seed: 7, num_ctx: 8_192 },
      stream: true,
    },
  });
  const plain = ollamaChat({ model: 'm', messages: [], think: 'off', keepAlive: '5m' });
  expect(plain.body).toEqual({ model: 'm', messages: [], think: false, keep_alive: '5m', stream: true });
});

test('the same chat by the OpenAI API', () => {
  const { path, body } = openaiChat(wish);
  expect(path).toBe('/v1/chat/completions');
  expect(body).toEqual({
    model: 'qwen:7b',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Köln"}' } }],
      },
      { role: 'tool', content: '11 degrees', tool_call_id: 'c1', name: 'weather' },
    ],
    tools: wish.tools,
    response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    reasoning_effort: 'low',
    max_tokens: 64,
    temperature: 0,
    seed: 7,
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(openaiChat({ model: undefined, messages: [], think: 'on' }).body).toMatchObject({
    chat_template_kwargs: { enable_thinking: true },
  });
});

test('a text that goes on from a prompt, without a chat template', () => {
  const short: ChatWish = { model: 'm', messages: [], mostTokens: 1 };
  expect(ollamaCompletion('once', short)).toEqual({
    path: '/api/generate',
    body: { model: 'm', prompt: 'once', raw: true, options: { num_predict: 1 }, stream: true },
  });
  expect(openaiCompletion('once', short)).toMatchObject({ path: '/v1/completions', body: { max_tokens: 1 } });
});

test('vectors come in the order of the texts, one for each', () => {
  expect(embeddingRequests.ollama({ model: 'm', texts: ['a', 'b'] })).toEqual({
    path: '/api/embed',
    body: { model: 'm', input: ['a', 'b'] },
  });
  const both = { vectors: [[1], [2]], promptTokens: 8 };
  expect(embeddedOf('ollama', '{"embeddings":[[1],[2]],"prompt_eval_count":8}', 2)).toEqual(both);
  const data = [2, 1].map((value) => ({ index: value - 1, embedding: [value] }));
  expect(embeddedOf('openai', JSON.stringify({ data, usage: { prompt_tokens: 8 } }), 2)).toEqual(both);
  expect(embeddedOf('ollama', '{"embeddings":[[1]]}', 2)).toMatchObject({ says: '1 vectors for 2 texts' });
  expect(embeddedOf('ollama', '{"error":"the input length exceeds the context length"}', 1)).toMatchObject({
    code: 'prompt_too_long',
  });
});

test('an answer is held to its schema here as well', () => {
  expect(fitsSchema(schema, '{"city":"Köln"}')).toEqual({ is: 'fits' });
  expect(fitsSchema(schema, '{"city":4}')).toMatchObject({ is: 'violates', says: expect.stringMatching(/^city: /) });
  expect(fitsSchema(schema, 'Here you are: {')).toEqual({ is: 'violates', says: 'it is no JSON' });
  expect(fitsSchema({ type: 'object', unevaluatedProperties: false }, '{}')).toEqual({
    is: 'unchecked',
    says: 'unevaluatedProperties is not supported',
  });
  expect(fitsSchema('x', '{}')).toMatchObject({ is: 'unchecked' });
});
