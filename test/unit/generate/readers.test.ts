import { array, assert, integer, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChatReader } from '../../../src/generate/chat.ts';
import { createLines } from '../../../src/generate/lines.ts';
import { createOllamaReader } from '../../../src/generate/ollama-chat.ts';
import { createOpenaiReader } from '../../../src/generate/openai-chat.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What is heard piece by piece, and what is known at the end, for bytes that come in pieces of one size. */
function read(reader: ChatReader, text: string, size: number) {
  const all = bytes(text);
  let heard = '';
  for (let at = 0; at < all.length; at += size) heard += reader.push(all.subarray(at, at + size));
  return { heard, ...reader.end() };
}

const ollamaText = [
  { model: 'qwen:7b', message: { role: 'assistant', content: '', thinking: 'hm ' }, done: false },
  { model: 'qwen:7b', message: { role: 'assistant', content: 'Grüße, 世' }, done: false },
  { model: 'qwen:7b', message: { role: 'assistant', content: '界 🦙' }, done: false },
  {
    model: 'qwen:7b',
    message: {
      role: 'assistant',
      content: '',
      tool_calls: [{ function: { index: 0, name: 'weather', arguments: { city: 'Köln' } } }],
    },
    done: false,
  },
  {
    model: 'qwen:7b',
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: 'stop',
    load_duration: 41_295_167,
    prompt_eval_count: 169,
    eval_count: 15,
    eval_duration: 500_000_000,
  },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

// As llama-server b4754 streams it, the figures with the last chunk.
const openaiText = [
  { choices: [{ finish_reason: null, index: 0, delta: { content: 'Grüße, 世' } }], model: 'tiny' },
  { choices: [{ finish_reason: null, index: 0, delta: { reasoning_content: 'hm ' } }], model: 'tiny' },
  { choices: [{ finish_reason: null, index: 0, delta: { content: '界 🦙' } }], model: 'tiny' },
  ...['{"city":', '"Köln"}'].map((part, at) => ({
    choices: [
      {
        finish_reason: null,
        delta: { tool_calls: [{ index: 0, function: { ...(at === 0 && { name: 'weather' }), arguments: part } }] },
      },
    ],
  })),
  {
    choices: [{ finish_reason: 'stop', index: 0, delta: {} }],
    usage: { completion_tokens: 15, prompt_tokens: 169, total_tokens: 184 },
    timings: { prompt_n: 1, predicted_n: 15, predicted_per_second: 30 },
  },
]
  .map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`)
  .concat(': a comment\n\n', 'data: [DONE]\n\n')
  .join('');

const cases = [
  ['Ollama', ollamaText, createOllamaReader, { model: 'qwen:7b', loadSeconds: 0.041295167 }],
  ['the OpenAI API', openaiText, createOpenaiReader, { model: 'tiny', loadSeconds: null }],
] as const;

describe.each(cases)('a chat of %s', (_, text, create, more) => {
  test('is the same whatever pieces its bytes come in', () => {
    const whole = {
      heard: 'Grüße, 世界 🦙',
      text: 'Grüße, 世界 🦙',
      thoughts: 'hm ',
      toolCalls: [{ name: 'weather', arguments: '{"city":"Köln"}' }],
      ended: 'stop',
      promptTokens: 169,
      tokens: 15,
      tokensPerSecond: 30,
      failure: null,
      ...more,
    };
    for (const size of [1, 2, 3, 7, 64, 100_000]) expect(read(create(), text, size)).toEqual(whole);
  });

  test('that ends before it is done was cut off, and keeps what came', () => {
    const cut = read(create(), text.slice(0, text.indexOf('界') - 20), 5);
    expect(cut).toMatchObject({ failure: { code: 'cut_off' }, tokens: null });
    expect('Grüße, 世').toContain(cut.text);
  });

  test('takes what is no JSON for not understood, and hears nothing behind it', () => {
    const broken = read(create(), `${text.startsWith('data') ? 'data: ' : ''}<html>\n\n${text}`, 9);
    expect(broken).toMatchObject({ heard: '', failure: { code: 'not_understood' } });
  });
});

test('an error within an answer of status 200 ends it, in each form that there is', () => {
  const begun = ollamaText.split('\n').slice(0, 2).join('\n');
  const died = '{"error":"llama-server process has terminated: exit status 2"}';
  expect(read(createOllamaReader(), `${begun}\n${died}\n`, 11)).toMatchObject({
    text: 'Grüße, 世',
    failure: { code: 'runner_died', says: 'llama-server process has terminated: exit status 2' },
  });
  const nested = '{"error":{"code":500,"message":"the request exceeds the available context size","type":"x"}}';
  for (const field of ['data', 'error'])
    expect(read(createOpenaiReader(), `${field}: ${nested}\n\n`, 4)).toMatchObject({
      failure: { code: 'prompt_too_long', says: 'the request exceeds the available context size' },
    });
});

test('what is written without a chat template is read as well', () => {
  const generated = '{"response":"4","done":false}\n{"response":"2","done":true,"done_reason":"length","eval_count":2}';
  expect(read(createOllamaReader(), generated, 6)).toMatchObject({
    text: '42',
    heard: '4',
    ended: 'length',
    tokens: 2,
  });
  const completed = 'data: {"choices":[{"text":"42","finish_reason":"length"}]}\n\n';
  expect(read(createOpenaiReader(), completed, 6)).toMatchObject({ heard: '42', ended: 'length', failure: null });
});

test('lines are the same however their bytes are split', () => {
  assert(
    property(
      array(string({ unit: 'grapheme' }).filter((line) => !/[\r\n]/.test(line))),
      integer({ min: 1, max: 9 }),
      (all, size) => {
        const lines = createLines();
        const raw = bytes(all.map((line) => `${line}\n`).join(''));
        const seen: string[] = [];
        for (let at = 0; at < raw.length; at += size) seen.push(...lines.push(raw.subarray(at, at + size)));
        expect([...seen, ...lines.end()]).toEqual(all);
      },
    ),
  );
});

test('ten megabytes in one line that comes in small pieces are read in a breath', () => {
  const lines = createLines();
  const piece = bytes('x'.repeat(1_000));
  for (let piecesLeft = 10_000; piecesLeft > 0; piecesLeft -= 1) expect(lines.push(piece)).toEqual([]);
  expect(lines.push(bytes('\n')).map((line) => line.length)).toEqual([10_000_000]);
});
