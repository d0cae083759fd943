import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { modelsUnload } from '../../../src/actions/models-unload.ts';
import { onThisMachine } from '../../support/carry-out.ts';
import { testNode } from '../../support/node.ts';

type Answer = readonly [status: number, body: unknown] | 'hang up';
interface Asked {
  readonly line: string;
  readonly body: string;
  readonly login: string | undefined;
}

/** SIMULATED: a stand-in for a model server that gives documented and recorded answers. */
async function standIn(answer: (line: string, body: string) => Answer, service: object = {}) {
  const asked: Asked[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const line = `${request.method} ${request.url}`;
    asked.push({ line, body, login: request.headers.authorization });
    const given = answer(line, body);
    if (given === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(given[0], { 'content-type': 'application/json' });
    response.end(given[1] === '' ? '' : JSON.stringify(given[1]));
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/version`;
  const health = [{ url, headers: { authorization: 'Bearer of-the-server' } }];
  const node = testNode({
    services: { models: { manager: 'none', health, ...service }, api: { manager: 'none', needs: ['models'] } },
  });
  const unload = (model?: string) =>
    onThisMachine(modelsUnload, { service: 'models', ...(model !== undefined && { model }) }, node);
  return { asked, unload, origin: `http://127.0.0.1:${port}` };
}

// Source: the documentation of Ollama's API.
const mistral = {
  name: 'mistral:latest',
  model: 'mistral:latest',
  size: 5_137_025_024,
  digest: '2ae6f6dd',
  details: { format: 'gguf', family: 'llama', parameter_size: '7.2B', quantization_level: 'Q4_0' },
  expires_at: '2024-06-04T14:38:31.83753-07:00',
  size_vram: 5_137_025_024,
};
const unloadedAnswer = {
  model: 'mistral',
  created_at: '2024-09-12T03:54:03.516566Z',
  response: '',
  done: true,
  done_reason: 'unload',
};

function ollama(models: object[], generate: Answer = [200, unloadedAnswer]) {
  let loaded = models;
  return standIn(
    (line, body) => {
      if (line === 'GET /api/ps') return [200, { models: loaded }];
      if (line !== 'POST /api/generate') return [404, '404 page not found'];
      const { model } = JSON.parse(body) as { model: string };
      if (generate !== 'hang up' && generate[0] === 200)
        loaded = loaded.filter((each) => (each as typeof mistral).name !== model);
      return generate;
    },
    { kind: 'ollama' },
  );
}

describe('Ollama (a stand-in with its documented answers)', () => {
  test('unloads one model, and shows that it has', async () => {
    const { unload, asked, origin } = await ollama([mistral, { ...mistral, name: 'other:7b' }]);
    const { change, send, done } = unload('mistral');
    const planned = await change();
    expect(planned).toEqual({
      can: true,
      subject: 'service:models',
      service: 'models',
      risk: 'approve',
      what: 'Have models unload mistral:latest, which holds 4.8 GiB of GPU memory.',
      drops: [
        'Requests that mistral:latest answers now end first; the next one loads it again and waits for that.',
        'api needs models.',
      ],
      proves: ['models no longer lists mistral:latest as loaded, and is well.'],
      undo: null,
      world: { origin, model: 'mistral:latest', digest: '2ae6f6dd', bytes: mistral.size_vram },
      before: { origin, model: 'mistral:latest' },
    });
    expect(JSON.stringify(planned)).not.toContain('of-the-server');
    expect(await done(planned)).toMatchObject({ is: 'not_done' });
    expect(await send(planned)).toEqual({ how: 'done', said: '' });
    expect(asked.filter(({ line }) => line.startsWith('POST'))).toEqual([
      {
        line: 'POST /api/generate',
        body: '{"model":"mistral:latest","keep_alive":0,"stream":false}',
        login: 'Bearer of-the-server',
      },
    ]);
    expect(await done(planned)).toEqual({ is: 'done', mark: '' });
    expect(await unload('mistral').plan()).toMatchObject({
      can: false,
      because: 'models has not loaded "mistral". It has loaded: other:7b.',
    });
  });

  test.each<[string, object[], string | undefined, string]>([
    [
      'no name of several',
      [mistral, { ...mistral, name: 'other:7b' }],
      undefined,
      'One model is unloaded at a time. models has loaded: mistral:latest, other:7b.',
    ],
    ['no model', [], 'mistral', 'models has no model loaded.'],
  ])('is not asked to with %s', async (_, models, model, because) => {
    const { unload, asked } = await ollama(models);
    expect(await unload(model).plan()).toEqual({ can: false, because, next: [] });
    expect(asked.map(({ line }) => line)).toEqual(['GET /api/ps']);
  });

  test.each<[string, Answer, RegExp]>([
    [
      'knows no such model',
      [404, { error: "model 'mistral' not found" }],
      /HTTP status 404\.\n\{"error":"model 'mistral' not found"\}/,
    ],
    [
      'is busy',
      [503, { error: 'server busy, please try again.  maximum pending requests exceeded' }],
      /HTTP status 503/,
    ],
    ['hangs up', 'hang up', /whether it was taken is not known/],
  ])('that %s has not done it', async (_, answer, says) => {
    const { unload, asked } = await ollama([mistral], answer);
    const { change, send, done } = unload('mistral:latest');
    const planned = await change();
    expect(await send(planned)).toEqual({ how: 'failed', said: expect.stringMatching(says) });
    // Once: a request whose answer is lost is not sent again.
    expect(asked.filter(({ line }) => line.startsWith('POST'))).toHaveLength(1);
    expect(await done(planned)).toMatchObject({ is: 'not_done' });
  });

  test('gets a hostile name as text', async () => {
    const name = `a"b\\c';$(id)\n\u2028é漢🙂`;
    const { unload, asked } = await ollama([{ ...mistral, name }]);
    const { change, send } = unload(name);
    expect(await send(await change())).toMatchObject({ how: 'done' });
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toMatchObject({ model: name });
  });
});

// Source: recorded of ComfyUI 0.33.0 on a CPU; the device of a GPU as its documentation has it.
const device = {
  name: 'cuda:0 NVIDIA H200',
  type: 'cuda',
  index: 0,
  vram_total: 150_000_000_000,
  vram_free: 100_000_000_000,
  torch_vram_total: 5_368_709_120,
  torch_vram_free: 1_048_576,
};
const cpu = {
  name: 'cpu',
  type: 'cpu',
  index: null,
  vram_total: 25_276_502_016,
  vram_free: 23_600_443_392,
  torch_vram_total: 25_276_502_016,
  torch_vram_free: 23_600_443_392,
};

function comfyui({
  queue = { queue_running: [], queue_pending: [] },
  devices = [device],
  delay = 1,
}: {
  queue?: object;
  devices?: (typeof device | typeof cpu)[];
  delay?: number;
}) {
  let looks = Number.POSITIVE_INFINITY;
  return standIn(
    (line) => {
      if (line === 'GET /queue') return [200, queue];
      if (line === 'POST /free') {
        looks = delay;
        return [200, ''];
      }
      if (line !== 'GET /system_stats') return [404, ''];
      looks -= 1;
      return [
        200,
        {
          system: {},
          devices: devices.map((each) =>
            looks < 0 && each.type === 'cuda' ? { ...each, torch_vram_total: 33_554_432 } : each,
          ),
        },
      ];
    },
    { kind: 'comfyui' },
  );
}

describe('ComfyUI (a stand-in with its recorded answers)', () => {
  test('unloads all of its models a moment after it said so', async () => {
    const { unload, asked } = await comfyui({});
    const { change, send, done } = unload();
    const planned = await change();
    expect(planned).toMatchObject({ undo: null, before: { held: device.torch_vram_total } });
    expect(await send(planned)).toEqual({ how: 'done', said: '' });
    expect(asked.at(-1)).toMatchObject({ line: 'POST /free', body: '{"unload_models":true,"free_memory":true}' });
    expect(await done(planned)).toEqual({ is: 'not_done', say: 'torch still holds 5.0 GiB for models.' });
    expect(await done(planned)).toEqual({ is: 'done', mark: '' });
  });

  test.each<[string, Parameters<typeof comfyui>[0], string | undefined, string]>([
    [
      'works',
      { queue: { queue_running: [[1, 'id', {}, {}, []]], queue_pending: [] } },
      undefined,
      'models is at work: 1 job running, 0 waiting. It would load at once what was unloaded.',
    ],
    [
      'has work waiting',
      { queue: { queue_running: [], queue_pending: [[1], [2]] } },
      undefined,
      'models is at work: 0 jobs running, 2 waiting. It would load at once what was unloaded.',
    ],
    ['holds nothing', { devices: [{ ...device, torch_vram_total: 0 }] }, undefined, 'models holds no GPU memory.'],
    ['is asked for one model', {}, 'sd', 'models is a ComfyUI: it unloads all of its models, and no single one.'],
  ])('is left alone while it %s', async (_, state, model, because) => {
    const { unload } = await comfyui(state);
    expect(await unload(model).plan()).toEqual({ can: false, because, next: [] });
  });

  test('on a CPU does not show whether it has', async () => {
    const { unload } = await comfyui({ devices: [cpu] });
    const { change, send, done } = unload();
    const planned = await change();
    expect(planned).toMatchObject({ proves: [expect.stringContaining('on a CPU')], before: { held: null } });
    expect(await send(planned)).toMatchObject({ how: 'done' });
    expect(await done(planned)).toMatchObject({ is: 'unclear' });
  });
});

describe('a service', () => {
  test.each<[string, object, Answer, RegExp]>([
    ['of another kind', { kind: 'llama' }, [200, {}], /of the kind llama; only ollama and comfyui/],
    ['without an address', { kind: 'ollama', health: [] }, [200, {}], /Where models answers is not declared/],
    ['that answers nonsense', { kind: 'ollama' }, [200, []], /\/api\/ps answers what is not understood/],
    ['that wants another login', { kind: 'comfyui' }, [401, ''], /\/queue answers with HTTP status 401/],
    ['that hangs up', { kind: 'comfyui' }, 'hang up', /\/queue does not answer/],
  ])('%s is refused', async (_, service, answer, because) => {
    const { unload } = await standIn(() => answer, service);
    expect(await unload().plan()).toMatchObject({ can: false, because: expect.stringMatching(because) });
  });

  test('that stopped in between is unclear, not done', async () => {
    let up = true;
    const { unload } = await standIn(
      (line) => (!up ? 'hang up' : line === 'GET /api/ps' ? [200, { models: [mistral] }] : [200, unloadedAnswer]),
      { kind: 'ollama' },
    );
    const { change, done } = unload('mistral');
    const planned = await change();
    up = false;
    expect(await done(planned)).toMatchObject({ is: 'unclear', say: expect.stringContaining('does not answer') });
  });
});
