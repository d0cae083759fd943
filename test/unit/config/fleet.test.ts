import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../../src/config/fleet.ts';
import { localNode } from '../../../src/config/local-node.ts';
import { nodeSchema, thresholdsSchema } from '../../../src/core/node.ts';
import { fleetOf } from '../../support/fleet-text.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const place = () => {
  const cwd = scratchFolder();
  const home = scratchFolder();
  const declare = (folder: typeof cwd, name: string, node: string) => folder.write(name, `nodes: { ${node}: {} }`);
  const load = async (options: { path?: string; env?: Record<string, string> } = {}) => {
    const { nodes } = await loadFleet({ env: {}, cwd: cwd.path, home: home.path, ...options });
    return nodes.map(({ name }) => name);
  };
  return { cwd, home, declare, load };
};

const only = async (text: string) => (await fleetOf(text)).nodes[0];

describe('the fleet file is found', () => {
  test('at the path given, before all others, relative to where one stands', async () => {
    const { cwd, declare, load } = place();
    declare(cwd, 'fleet.yaml', 'here');
    declare(cwd, 'other/given.yaml', 'given');
    const env = { RACKHAND_FLEET: declare(cwd, 'env.yaml', 'env') };
    expect(await load({ path: 'other/given.yaml', env })).toEqual(['given']);
    expect(await load({ env })).toEqual(['env']);
    expect(await load()).toEqual(['here']);
  });

  test('in the home, when there is none where one stands', async () => {
    const { home, declare, load } = place();
    declare(home, '.config/rackhand/fleet.yaml', 'at-home');
    declare(home, 'mine.yaml', 'mine');
    expect(await load()).toEqual(['at-home']);
    expect(await load({ path: '~/mine.yaml' })).toEqual(['mine']);
  });

  test('or the places looked at are named, with an example that loads', async () => {
    const { cwd, home, load } = place();
    const error = await load().catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: 'CONFIG_MISSING',
      message: `There is no fleet file; looked at ${cwd.path}/fleet.yaml and ${home.path}/.config/rackhand/fleet.yaml.`,
    });
    const [, example = ''] = String((error as { hint?: string }).hint).split('\n\n');
    expect(example.split('\n')).toHaveLength(4);
    expect((await fleetOf(example)).nodes[0]).toMatchObject({ name: 'gpu-1', ssh: { host: '10.0.0.5', user: 'ops' } });
  });

  test('and one that was named is the only one looked at', async () => {
    const { cwd, declare, load } = place();
    declare(cwd, 'fleet.yaml', 'here');
    await expect(load({ path: 'nope.yaml' })).rejects.toMatchObject({
      code: 'CONFIG_MISSING',
      message: `There is no fleet file; looked at ${cwd.path}/nope.yaml.`,
    });
    await expect(load({ env: { RACKHAND_FLEET: '/nope.yaml' } })).rejects.toMatchObject({
      message: 'There is no fleet file; looked at /nope.yaml (named by RACKHAND_FLEET).',
    });
  });

  test('but not in a folder of that name', async () => {
    const { cwd, load } = place();
    mkdirSync(`${cwd.path}/fleet.yaml`);
    await expect(load()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${cwd.path}/fleet.yaml: is a directory, not a file`,
    });
  });
});

describe('a node', () => {
  test('is reached by its name when nothing else is said', async () => {
    expect((await only('nodes: { gpu-1: {} }'))?.ssh).toEqual({ host: 'gpu-1', agent: true });
    expect((await only('nodes: { gpu-1: { ssh: other } }'))?.ssh).toEqual({ host: 'other', agent: true });
  });

  test('has absolute paths: ~ is the home, others are relative to the file', async () => {
    const { path, nodes } = await fleetOf(
      'nodes: { a: { ssh: { host: h, identity: ~/.ssh/key, config: conf/ssh, knownHosts: /etc/kh } } }',
    );
    const folder = path.replace(/\/fleet\.yaml$/, '');
    expect(nodes[0]?.ssh).toMatchObject({
      identity: `${folder}/.ssh/key`,
      config: `${folder}/conf/ssh`,
      knownHosts: '/etc/kh',
    });
  });

  test('has its own thresholds over those of the fleet over the built-in ones', async () => {
    const node = await only(`
      thresholds: { diskDegradedPercent: 70, diskCriticalPercent: 99 }
      nodes: { a: { thresholds: { diskCriticalPercent: 85 } } }`);
    expect(node?.thresholds).toEqual({
      ...thresholdsSchema.parse({}),
      diskDegradedPercent: 70,
      diskCriticalPercent: 85,
    });
  });

  test('knows the names of its services', async () => {
    const node = await only(
      'nodes: { a: { services: { api: { manager: pm2, needs: [llama] }, llama: { manager: none } } } }',
    );
    expect(node?.services.map(({ name, manager }) => [name, manager])).toEqual([
      ['api', 'pm2'],
      ['llama', 'none'],
    ]);
  });

  test('called local is this machine, unless it is said how to reach it', async () => {
    expect((await only('nodes: { local: {} }'))?.transport).toBe('local');
    expect((await only('nodes: { local: { ssh: 10.0.0.1 } }'))?.transport).toBe('ssh');
    expect((await only('nodes: { local: { transport: openssh } }'))?.transport).toBe('openssh');
    expect((await only('nodes: { here: { transport: local } }'))?.transport).toBe('local');
  });

  test('may share what another one declares', async () => {
    const { nodes } = await fleetOf(`
      nodes:
        a: &gpu { labels: { rack: b2 }, gpus: 8 }
        b: *gpu
        c: { <<: *gpu, gpus: 4 }`);
    expect(nodes.map(({ labels, gpus }) => [labels['rack'], gpus])).toEqual([
      ['b2', 8],
      ['b2', 8],
      ['b2', 4],
    ]);
  });
});

test('this machine needs no fleet file', () => {
  const { name, transport, gpus, services, thresholds } = localNode();
  expect({ name, transport, gpus, services }).toEqual({
    name: 'local',
    transport: 'local',
    gpus: 'auto',
    services: [],
  });
  expect(thresholds).toEqual(thresholdsSchema.parse({}));
  expect(Object.keys(nodeSchema.parse({}))).toEqual(expect.arrayContaining(['labels', 'mounts', 'simulated']));
});

test('a byte order mark is no mistake, and others may read a file without secrets', async () => {
  const folder = scratchFolder();
  const path = folder.write('fleet.yaml', '\uFEFFnodes: { a: {} }', 0o644);
  const { nodes, secrets } = await loadFleet({ path, env: {}, cwd: '/', home: '/' });
  expect(nodes).toHaveLength(1);
  expect(secrets).toEqual([]);
});
