import { json } from 'node:stream/consumers';
import { standInJson, standInStream, standInTokens, standInVector } from './stand-in-text.mjs';

const most = 32;
const answer = (response, status, body) =>
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
const fail = (response, code, message, type) => answer(response, code, { error: { code, message, type } });

/**
 * SIMULATED: what llama-server answers over HTTP, in the shapes of b4754, with text that no model wrote.
 *
 * `state` may be altered while it serves: `ready`, `fault` (those of a stream, `midstream`, `died`, `schema`), `msPerToken`,
 * `perSecond`, `embeds`, `key`.
 */
export function createLlamaApi(state) {
  const looks = {
    '/health': () => ({ status: 'ok' }),
    '/props': () => ({
      default_generation_settings: { id: 0, n_ctx: 256 },
      total_slots: 2,
      model_path: state.model,
      build_info: 'b0-stand-in',
    }),
    '/v1/models': () => ({
      object: 'list',
      data: [
        {
          id: state.model,
          object: 'model',
          owned_by: 'llamacpp',
          meta: { n_ctx_train: 256, n_params: 116_672, size: 466_688 },
        },
      ],
    }),
  };

  async function write(response, { messages, prompt, max_tokens: wanted = most, response_format: form }) {
    const asked = prompt ?? messages?.at(-1)?.content ?? '';
    const said = typeof asked === 'string' ? asked : asked.map(({ text = '' }) => text).join(' ');
    const schema = form?.json_schema?.schema;
    const tokens =
      schema === undefined
        ? standInTokens(said, Math.min(wanted, most))
        : [JSON.stringify(standInJson(schema, state.fault === 'schema'))];
    const isChat = prompt === undefined;
    const chunk = (choice, more = {}) =>
      `data: ${JSON.stringify({ choices: [{ finish_reason: null, index: 0, ...choice }], model: state.model, ...more })}\n\n`;
    const perSecond = state.perSecond ?? 50;
    const figures = {
      usage: { completion_tokens: tokens.length, prompt_tokens: 7, total_tokens: tokens.length + 7 },
      timings: { prompt_n: 7, predicted_n: tokens.length, predicted_per_second: perSecond },
    };
    const ends = chunk(
      { finish_reason: wanted <= most ? 'length' : 'stop', ...(isChat ? { delta: {} } : { text: '' }) },
      figures,
    );
    const parts = [
      ...tokens.map((token) => chunk(isChat ? { delta: { content: token } } : { text: token })),
      ...(state.fault === 'midstream'
        ? ['error: {"code":500,"message":"Compute error.","type":"server_error"}\n\n']
        : [ends]),
      'data: [DONE]\n\n',
    ];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await standInStream(response, parts, state);
  }

  return async (request, response) => {
    const path = request.url ?? '';
    if (!state.ready) fail(response, 503, 'Loading model', 'unavailable_error');
    else if (state.key !== undefined && path !== '/health' && request.headers.authorization !== `Bearer ${state.key}`)
      fail(response, 401, 'Invalid API Key', 'authentication_error');
    else if (path in looks) answer(response, 200, looks[path]());
    else if (path === '/metrics')
      fail(
        response,
        501,
        'This server does not support metrics endpoint. Start it with `--metrics`',
        'not_supported_error',
      );
    else if (path === '/v1/chat/completions' || path === '/v1/completions') await write(response, await json(request));
    else if (path === '/v1/embeddings') {
      const { input } = await json(request);
      const data = [input].flat().map((text, index) => ({ index, embedding: standInVector(text) }));
      if (state.embeds === true) answer(response, 200, { object: 'list', data, usage: { prompt_tokens: data.length } });
      else
        fail(
          response,
          400,
          "Pooling type 'none' is not OAI compatible. Please use a different pooling type",
          'invalid_request_error',
        );
    } else fail(response, 404, 'File Not Found', 'not_found_error');
  };
}
