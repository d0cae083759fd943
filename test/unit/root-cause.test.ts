import { describe, expect, test } from 'vitest';
import { rootCause } from '../../src/checks/root-cause.ts';
import type { Finding, Status } from '../../src/core/report.ts';
import type { Layer } from '../../src/core/layer.ts';
import { testNode } from '../support/node.ts';

const node = testNode({
  services: {
    api: { kind: 'api', manager: 'supervisor' },
    llama: { kind: 'llama', manager: 'supervisor', gpu: true },
    cron: { kind: 'other', manager: 'supervisor' },
    worker: { kind: 'worker', manager: 'supervisor', needs: ['cron'] },
  },
});

function finding(check: string, layer: Layer, status: Status, service?: string, more: Partial<Finding> = {}): Finding {
  const subject = service === undefined ? 'node' : `service:${service}`;
  return {
    node: 'gpu-1',
    check,
    subject,
    status,
    summary: check,
    layer,
    role: 'finding',
    evidence: [],
    ...(service !== undefined && { service }),
    ...more,
  };
}

const roles = (...findings: Finding[]) =>
  rootCause(findings, node).map(
    ({ check, service, role }) => `${role} ${check}${service === undefined ? '' : ` ${service}`}`,
  );

describe('the lowest failing layer is the cause', () => {
  test('a broken model explains its server and the api that declares no needs', () => {
    expect(
      roles(
        finding('service.health', 'api', 'degraded', 'api'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('model.complete', 'model', 'critical', 'llama'),
      ),
    ).toEqual(['cause model.complete llama', 'consequence service.running llama', 'consequence service.health api']);
  });

  test('within a service the log says why before the manager and the port show that', () => {
    expect(
      roles(
        finding('service.health', 'inference', 'critical', 'llama'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.log', 'inference', 'critical', 'llama'),
      )[0],
    ).toBe('cause service.log llama');
    expect(
      roles(
        finding('comfyui.api', 'inference', 'critical', 'llama'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.log', 'inference', 'critical', 'llama'),
      ),
    ).toEqual(['cause service.log llama', 'consequence service.running llama', 'consequence comfyui.api llama']);
  });

  test('a dead GPU explains the services that use one and what needs them, not the others', () => {
    expect(
      roles(
        finding('gpu.nvml', 'gpu', 'critical'),
        finding('gpu.count', 'gpu', 'unknown'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.running', 'inference', 'critical', 'cron'),
        finding('service.health', 'api', 'degraded', 'api'),
      ),
    ).toEqual([
      'cause gpu.nvml',
      'cause service.running cron',
      'consequence service.running llama',
      'consequence gpu.count',
      'consequence service.health api',
    ]);
  });

  test('a worker that declares its needs does not suffer from what it does not need', () => {
    expect(
      roles(
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.running', 'worker', 'critical', 'worker'),
      ),
    ).toEqual(['cause service.running llama', 'cause service.running worker']);
  });

  test('a disk that is merely fuller than one likes explains nothing', () => {
    expect(
      roles(finding('node.disk', 'storage', 'degraded'), finding('service.running', 'inference', 'critical', 'llama')),
    ).toEqual(['cause service.running llama', 'cause node.disk']);
  });

  test('what is unknown is never blamed, but for a node out of reach', () => {
    expect(
      roles(finding('gpu.nvml', 'gpu', 'unknown'), finding('service.running', 'inference', 'critical', 'llama')),
    ).toEqual(['cause service.running llama', 'finding gpu.nvml']);
    expect(
      roles(finding('node.reach', 'reach', 'unknown'), finding('service.running', 'inference', 'unknown', 'llama')),
    ).toEqual(['cause node.reach', 'consequence service.running llama']);
  });

  test('a degraded service does not explain one that is down', () => {
    expect(
      roles(
        finding('service.health', 'inference', 'degraded', 'llama'),
        finding('service.health', 'api', 'critical', 'api'),
      ),
    ).toEqual(['cause service.health api', 'cause service.health llama']);
  });

  test('a toolkit that is missing explains the container without a GPU and the model on the CPU', () => {
    expect(
      roles(
        finding('ollama.spill', 'inference', 'critical'),
        finding('container.gpu', 'container', 'critical'),
        finding('stack.profile', 'container', 'critical'),
        finding('stack.tags', 'container', 'degraded'),
        finding('stack.toolkit', 'container', 'critical'),
      ),
    ).toEqual([
      'cause stack.toolkit',
      'cause stack.tags',
      'consequence stack.profile',
      'consequence container.gpu',
      'consequence ollama.spill',
    ]);
  });

  test('a script that can not run explains what it was to fetch, and a driver that is gone the whole of the stack', () => {
    const fetched = [
      finding('stack.provision', 'container', 'critical'),
      finding('stack.init', 'container', 'critical'),
      finding('ollama.models', 'model', 'critical'),
    ];
    expect(roles(...fetched)).toEqual(['cause stack.provision', 'consequence stack.init', 'consequence ollama.models']);
    expect(roles(finding('gpu.driver', 'gpu', 'critical'), finding('stack.hardware', 'container', 'critical'))).toEqual(
      ['cause gpu.driver', 'consequence stack.hardware'],
    );
  });

  test('without an engine nothing is known of the stack', () => {
    expect(
      roles(finding('stack.profile', 'container', 'critical'), finding('ollama.models', 'model', 'unknown')),
    ).toEqual(['cause stack.profile', 'consequence ollama.models']);
  });

  test('nothing wrong has no cause', () => {
    expect(roles(finding('node.disk', 'storage', 'ok'), finding('gpu.nvml', 'gpu', 'not_applicable'))).toEqual([
      'finding gpu.nvml',
      'finding node.disk',
    ]);
  });
});

const down = (service: string, layer: Layer = 'inference') => finding('service.running', layer, 'critical', service);
const logSays = (service: string, signature: string) =>
  finding('service.log', 'inference', 'critical', service, { signature });

const because = (...findings: Finding[]) =>
  rootCause(findings, node)
    .filter(({ role }) => role === 'consequence')
    .map((each) => `${each.service ?? each.check}: ${each.because}`);

describe('what follows says why', () => {
  test.each<[string, Finding[], string[]]>([
    [
      'a model, its server, the api that needs that',
      [finding('model.complete', 'model', 'critical', 'llama'), down('llama'), down('api', 'api')],
      ['llama: it can not work without its model', 'api: it needs llama'],
    ],
    [
      'a manager that does not answer',
      [
        finding('manager.reach', 'boot', 'critical', undefined, { subject: 'manager:supervisor' }),
        finding('service.running', 'inference', 'unknown', 'cron'),
      ],
      ['cron: supervisor runs it and does not answer'],
    ],
    [
      'empty files that a service can not start without, though they are merely degraded',
      [finding('service.files', 'inference', 'degraded', 'cron'), down('cron')],
      ['cron: it can not start without its files'],
    ],
    [
      'two causes',
      [finding('gpu.nvml', 'gpu', 'critical'), down('llama'), logSays('cron', 'AP-DEP'), down('cron')],
      ['llama: it works on the GPU', 'cron: it is the same trouble, seen from another side'],
    ],
  ])('%s', (_, findings, expected) => expect(because(...findings)).toEqual(expected));
});

describe('what does not follow', () => {
  const full = finding('node.disk', 'storage', 'critical', undefined, { subject: 'mount:/' });

  test('a service with a known reason of its own is not down because the disk is full', () => {
    expect(roles(full, logSays('llama', 'LL-ARCH'), down('llama'))).toEqual([
      'cause node.disk',
      'cause service.log llama',
      'consequence service.running llama',
    ]);
    expect(roles(full, logSays('llama', 'OS-ENOSPC'), down('llama'))[0]).toBe('cause node.disk');
    expect(roles(full, logSays('llama', 'OS-ENOSPC'), down('llama'))).toHaveLength(3);
  });

  test('a dead manager does not truncate a model, and a full data disk does not stop what has no file there', () => {
    const dead = finding('manager.reach', 'boot', 'critical', undefined, { subject: 'manager:supervisor' });
    expect(roles(dead, finding('model.complete', 'model', 'critical', 'llama'))).toEqual([
      'cause manager.reach',
      'cause model.complete llama',
    ]);
    expect(roles({ ...full, subject: 'mount:/data' }, down('cron'))).toEqual([
      'cause node.disk',
      'cause service.running cron',
    ]);
  });

  test('a wrong clock explains a refused certificate and nothing else', () => {
    const clock = finding('node.clock', 'boot', 'critical');
    expect(roles(clock, logSays('cron', 'TP-TLS'), down('cron'))).toEqual([
      'cause node.clock',
      'consequence service.log cron',
      'consequence service.running cron',
    ]);
    expect(roles(clock, down('cron'))).toEqual(['cause node.clock', 'cause service.running cron']);
  });

  test('two services that need each other have a cause all the same', () => {
    const circle = testNode({
      services: {
        a: { manager: 'supervisor', needs: ['b'] },
        b: { manager: 'supervisor', needs: ['a'] },
      },
    });
    const found = rootCause([down('a'), down('b')], circle);
    expect(found.map(({ role }) => role)).toEqual(['cause', 'consequence']);
  });
});

describe('several services down at once', () => {
  const fuller = finding('node.disk', 'storage', 'degraded', undefined, { subject: 'mount:/' });

  test('point to what they share, however mild that is', () => {
    expect(roles(fuller, down('cron'), down('llama'))).toEqual([
      'cause node.disk',
      'consequence service.running cron',
      'consequence service.running llama',
    ]);
  });

  test('unless one needs the other, or each has a reason of its own', () => {
    expect(roles(fuller, down('llama'), down('api', 'api'))[0]).toBe('cause service.running llama');
    expect(
      roles(fuller, logSays('cron', 'AP-DEP'), down('cron'), logSays('llama', 'LL-ARCH'), down('llama')).slice(0, 2),
    ).toEqual(['cause service.log cron', 'cause service.log llama']);
  });
});

test('a mount that is read-only is what a service fails on that says so, however mild', () => {
  const readOnly = finding('mount.writable', 'storage', 'degraded', undefined, { subject: 'mount:/out' });
  expect(roles(readOnly, logSays('cron', 'OS-EROFS'), down('cron'))).toEqual([
    'cause mount.writable',
    'consequence service.log cron',
    'consequence service.running cron',
  ]);
  expect(roles(readOnly, down('cron'))[0]).toBe('cause service.running cron');
});

describe('a folder that the image of ComfyUI does not accept', () => {
  const many = testNode({
    services: {
      'comfyui-0': { kind: 'comfyui', manager: 'none' },
      'comfyui-1': { kind: 'comfyui', manager: 'none' },
      llama: { kind: 'llama', manager: 'none' },
    },
  });
  const owner = finding('comfyui.storage', 'storage', 'critical', undefined, { subject: 'mount:/srv/comfy' });
  const of = (...others: Finding[]) => rootCause([...others, owner], many).map(({ service, role }) => [service, role]);

  test('is why all of its instances are down, and nothing else', () => {
    expect(
      of(
        finding('comfyui.api', 'inference', 'critical', 'comfyui-0'),
        finding('service.log', 'inference', 'critical', 'comfyui-1', { signature: 'CI-OWNER' }),
        finding('service.running', 'inference', 'critical', 'llama'),
      ),
    ).toEqual([
      [undefined, 'cause'],
      ['llama', 'cause'],
      ['comfyui-1', 'consequence'],
      ['comfyui-0', 'consequence'],
    ]);
  });

  test('does not explain one that ends by something else', () => {
    expect(of(finding('service.log', 'inference', 'critical', 'comfyui-0', { signature: 'CU-OOM' }))).toEqual([
      [undefined, 'cause'],
      ['comfyui-0', 'cause'],
    ]);
  });
});
