import { describe, expect, test } from 'vitest';
import { instanceName, gpuOfName } from '../../../src/core/comfyui-instances.ts';
import { fleetOf, refusal } from '../../support/fleet-text.ts';

const node = (instances: string, rest = '') => `nodes:
  n:
    comfyui:
      path: /opt/ComfyUI
      instances: { manager: pm2, ${instances} }
${rest}`;
const services = (text: string) => `    services:\n      ${text}\n`;

const servicesOf = async (text: string) => (await fleetOf(text)).nodes[0]?.services ?? [];

describe('the ComfyUI instances of a node are services of it', () => {
  test('one for each GPU: its name, port, GPU, health and the file that it can not start without', async () => {
    const [first, second, ...more] = await servicesOf(
      node('gpus: [0, 2], home: /home/app/.pm2, user: app, startSeconds: 30'),
    );
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      name: 'comfyui-gpu0',
      kind: 'comfyui',
      manager: 'pm2',
      home: '/home/app/.pm2',
      user: 'app',
      gpu: true,
      ports: [8188],
      env: { CUDA_VISIBLE_DEVICES: '0' },
      files: ['/opt/ComfyUI/main.py'],
      startSeconds: 30,
    });
    expect(first?.health[0]).toMatchObject({ url: 'http://127.0.0.1:8188/system_stats', status: 200 });
    expect(second).toMatchObject({ name: 'comfyui-gpu2', ports: [8190], env: { CUDA_VISIBLE_DEVICES: '2' } });
  });

  test.each([
    ['a count', 'gpus: 3', '', ['comfyui-gpu0', 'comfyui-gpu1', 'comfyui-gpu2']],
    ['those of the node', 'portStart: 9000', '    gpus: 2\n', ['comfyui-gpu0', 'comfyui-gpu1']],
    ['one where no GPU is wanted', 'cpuOnly: true', '', ['comfyui-gpu0']],
  ])('for %s', async (_, written, rest, names) => {
    expect((await servicesOf(node(written, rest))).map(({ name }) => name)).toEqual(names);
  });

  test('with the models that all of them need', async () => {
    const text = node('gpus: 2').replace(
      'path: /opt/ComfyUI',
      'path: /opt/ComfyUI\n      models: [{ path: /m/sd.safetensors, bytes: 7 }]',
    );
    const models = (await servicesOf(text)).flatMap((service) => service.models);
    const model = { path: '/m/sd.safetensors', bytes: 7 };
    expect(models).toEqual([model, model]);
  });

  test('and without a GPU in development', async () => {
    const [only] = await servicesOf(node('cpuOnly: true'));
    expect(only).toMatchObject({ gpu: false, env: { CUDA_VISIBLE_DEVICES: '' } });
  });

  test.each([
    ['0.0.0.0', 'http://127.0.0.1:8188/system_stats'],
    ['"::"', 'http://[::1]:8188/system_stats'],
    ['10.0.0.7', 'http://10.0.0.7:8188/system_stats'],
    ['"fd00::7"', 'http://[fd00::7]:8188/system_stats'],
  ])('asked for its health where it listens: %s', async (listen, url) => {
    const [only] = await servicesOf(node(`gpus: 1, listen: ${listen}`));
    expect(only?.health[0]?.url).toBe(url);
  });

  test('so that others may need them, and rules name them', async () => {
    const text = node('gpus: 1', services('worker: { manager: pm2, needs: [comfyui-gpu0] }'));
    const rule = 'policy: { rules: [{ decide: deny, when: { service: comfyui-gpu0 } }] }\n';
    expect((await servicesOf(text + rule)).map(({ name }) => name)).toEqual(['worker', 'comfyui-gpu0']);
  });
});

describe('a mistake in what is declared of them is one sentence with its place', () => {
  test.each([
    [
      'no GPUs known',
      node(''),
      '5:7: nodes.n.comfyui.instances.gpus: must say for which GPUs: n does not say how many',
    ],
    [
      'none there',
      node('', '    gpus: 0\n'),
      '5:7: nodes.n.comfyui.instances.gpus: must say for which GPUs: n has none',
    ],
    [
      'two instances on one GPU',
      node('gpus: [0, 1, 0]'),
      '5:47: nodes.n.comfyui.instances.gpus[2]: GPU 0 stands here twice: two instances on one GPU',
    ],
    [
      'a GPU that is not there',
      node('gpus: [0, 2]', '    gpus: 2\n'),
      '5:44: nodes.n.comfyui.instances.gpus[1]: n has no GPU 2: its `gpus` is 2',
    ],
    [
      'a service of the same name',
      node('gpus: 2', services('comfyui-gpu1: { manager: pm2 }')),
      '7:7: nodes.n.services.comfyui-gpu1: comfyui.instances makes comfyui-gpu1 itself, for GPU 1',
    ],
    [
      'a service that is one of them under another name',
      node('gpus: 2', services('mine: { manager: pm2, unit: comfyui-gpu1 }')),
      '7:7: nodes.n.services.mine: comfyui.instances makes comfyui-gpu1 itself, for GPU 1: leave mine out here',
    ],
    [
      'a port that another service has',
      node('gpus: 2', services('api: { manager: pm2, ports: [8189] }')),
      '7:35: nodes.n.services.api.ports: api has port 8189, which is that of comfyui-gpu1',
    ],
    [
      'a port that another one is asked on',
      node('gpus: 2', services('api: { manager: pm2, health: [{ url: "http://localhost:8189/" }] }')),
      '7:36: nodes.n.services.api.health: api has port 8189, which is that of comfyui-gpu1',
    ],
    [
      'a GPU that another ComfyUI has',
      node(
        'gpus: 2',
        services('mine: { kind: comfyui, manager: pm2, ports: [9000], env: { CUDA_VISIBLE_DEVICES: "1" } }'),
      ),
      '7:88: nodes.n.services.mine.env.CUDA_VISIBLE_DEVICES: mine is a ComfyUI on GPU 1, which is that of comfyui-gpu1',
    ],
    [
      'a flag that has a key of its own',
      node('gpus: 1, flags: [--port=9000]'),
      '5:51: nodes.n.comfyui.instances.flags[0]: is given by a key of its own: --port, --listen',
    ],
    [
      'an address that is none',
      node('gpus: 1, listen: localhost'),
      '5:51: nodes.n.comfyui.instances.listen: must be an IP address',
    ],
    [
      'a path with a line break',
      node('gpus: 1, output: "/a\\nb"'),
      '5:51: nodes.n.comfyui.instances.output: must be an absolute path on the node, on one line',
    ],
  ])('%s', async (_, text, says) => {
    const { code, message } = await refusal(text);
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toContain(says);
  });
});

test('a name speaks of its GPU, and no other name does', () => {
  expect(gpuOfName(instanceName(12))).toBe(12);
  for (const name of ['comfyui', 'comfyui-gpu', 'comfyui-gpu01', 'comfyui-gpu1-old', 'xcomfyui-gpu1'])
    expect(gpuOfName(name)).toBeUndefined();
});
