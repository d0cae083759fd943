import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/index.ts';
import { hasEngine, startDockerd, type Dockerd } from '../support/dockerd.ts';
import { findingsHere } from '../support/findings-here.ts';
import { testNode } from '../support/node.ts';
import { until } from '../support/until.ts';

const steady = ['sh', '-c', 'trap exit TERM; echo ready; while :; do sleep 1; done'];
const text = `
x-ollama: &ollama
  image: ollama/ollama:test
  network_mode: host
  environment: [OLLAMA_CONTEXT_LENGTH=8192, HUB_TOKEN=never-to-be-shown]
  volumes: [./data:/www, ollama_storage:/models]
services:
  ollama-cpu: { profiles: [cpu], <<: *ollama }
  ollama-gpu: { profiles: [gpu-nvidia], <<: *ollama, runtime: nvidia }
  ollama-pull-cpu:
    profiles: [cpu]
    image: busybox:test
    network_mode: host
    depends_on: [ollama-cpu]
    entrypoint: /bin/sh -c "ollama pull x; ollama pull y"
    volumes: [./data:/www]
networks: { default: { name: ai-network, external: true } }
volumes: { ollama_storage: {} }
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!hasEngine)('a compose stack under a real container engine (needs dockerd, and root)', () => {
  let engine: Dockerd;
  let folder: string;
  let port: number;
  let compose: (service: string) => { project: string; service: string; config: string };

  beforeAll(async () => {
    engine = await startDockerd();
    folder = join(engine.folder, 'lab');
    mkdirSync(join(folder, 'data', 'api'), { recursive: true });
    writeFileSync(join(folder, 'docker-compose.yml'), text);
    writeFileSync(
      join(folder, 'data', 'api', 'tags'),
      JSON.stringify({ models: [{ name: 'nomic-embed-text:latest' }] }),
    );
    writeFileSync(join(folder, 'data', 'api', 'ps'), JSON.stringify({ models: [] }));
    writeFileSync(join(folder, 'provision.sh'), '#!/bin/sh\n');
    chmodSync(join(folder, 'provision.sh'), 0o644);
    await engine.api('POST', '/images/busybox:test/tag?repo=ollama/ollama&tag=test');
    port = await freePort();
    const config = join(folder, 'docker-compose.yml');
    compose = (service) => ({ project: 'lab', service, config });
  }, 60_000);
  afterAll(async () => {
    // It is an interface of this machine.
    await engine.api('DELETE', '/networks/ai-network');
    await engine.end();
  }, 60_000);

  /** What the checks of the stack say now, those that are not at ease: `check subject`. */
  async function said(stack: object = {}) {
    const node = testNode({
      stack: {
        file: join(folder, 'docker-compose.yml'),
        socket: engine.socket,
        ollama: { url: `http://127.0.0.1:${port}`, models: ['nomic-embed-text'] },
        ...stack,
      },
    });
    const own = checks.filter(({ name }) => /^(?:stack|ollama|container)\./.test(name));
    const found = await findingsHere(own, node);
    return Object.fromEntries(
      found.map(({ check, subject, status, summary }) => [`${check} ${subject}`, `${status}: ${summary}`]),
    );
  }

  const host = (more: object = {}) => ({
    Binds: [`${folder}/data:/www`, 'lab_ollama_storage:/models'],
    ...more,
  });

  test('is told from none at all over one that is well to two at once', async () => {
    const none = await said({ profile: 'cpu', network: 'ai-network' });
    expect(none).toMatchObject({
      'stack.profile stack': expect.stringMatching(/^critical: No hardware profile.*no container of it was ever made/),
      'stack.hardware stack': 'ok: The profile cpu is meant, and it needs no GPU.',
    });

    await engine.run({
      name: 'ollama',
      cmd: ['httpd', '-f', '-p', `127.0.0.1:${port}`, '-h', '/www'],
      compose: compose('ollama-cpu'),
      env: ['OLLAMA_CONTEXT_LENGTH=4096', 'HUB_TOKEN=never-to-be-shown'],
      host: host(),
      config: { Image: 'ollama/ollama:test' },
    });
    await engine.run({
      name: 'pull',
      cmd: ['sh', '-c', 'echo "Error: pull model manifest: file does not exist" >&2; true'],
      compose: compose('ollama-pull-cpu'),
      host: { Binds: [`${folder}/data:/www`] },
    });
    await until(
      async () => (await said())['stack.init container:ollama-pull-cpu']?.startsWith('critical') === true,
      20_000,
    );
    const one = await said({ profile: 'cpu', scripts: [join(folder, 'provision.sh')] });
    expect(one).toMatchObject({
      'stack.profile stack': 'ok: The profile cpu is active, alone and whole (ollama-cpu).',
      'stack.mounts stack': 'ok: 2 mounts of 1 running container, each as declared.',
      'stack.health stack:ollama': expect.stringMatching(/^(?:ok|degraded): Ollama answers at/),
      'ollama.models stack': 'ok: Ollama has 1 declared model: nomic-embed-text.',
      'ollama.settings container:ollama-cpu': 'degraded: ollama-cpu: OLLAMA_CONTEXT_LENGTH is 4096 and must be 8192.',
      'stack.init container:ollama-pull-cpu': expect.stringMatching(
        /ended with 0, and yet failed: the store has no such model/,
      ),
      [`stack.provision file:${join(folder, 'provision.sh')}`]: expect.stringMatching(
        /^critical: .*not executable \(mode 0644\)/,
      ),
      'stack.network network:ai-network': expect.stringMatching(
        /^critical: The external network ai-network does not exist/,
      ),
      'stack.tags stack': 'ok: 2 services with one image in all profiles, but for AMD.',
    });
    expect(JSON.stringify(one)).not.toContain('never-to-be-shown');

    await engine.run({
      name: 'ollama-gpu',
      cmd: steady,
      compose: compose('ollama-gpu'),
      host: host({ Binds: [`${folder}:/www`] }),
    });
    const { status } = await engine.api('POST', '/networks/create', { Name: 'ai-network', Driver: 'bridge' });
    expect(status).toBe(201);
    const two = await said();
    expect(two).toMatchObject({
      'stack.network stack': expect.stringMatching(/^ok: The external network ai-network is there/),
      'stack.profile stack': expect.stringMatching(
        /^critical: 2 hardware profiles are active at once: cpu \(ollama-cpu\) and gpu-nvidia \(ollama-gpu\)/,
      ),
      'stack.mounts container:ollama-gpu': expect.stringMatching(
        /^critical: ollama-gpu is to have lab_ollama_storage at \/models, and nothing/,
      ),
    });
  });

  test('no engine is told apart from one that knows of no such stack', async () => {
    const socket = join(folder, 'nobody.sock');
    expect(await said({ socket, profile: 'cpu' })).toMatchObject({
      'stack.profile stack': `critical: The container engine does not run: its socket ${socket} does not exist. Nothing of the stack can.`,
      'stack.mounts stack': expect.stringMatching(/^unknown: /),
      'stack.init stack': expect.stringMatching(/^unknown: /),
    });
    expect(await said({ project: 'other', profile: 'cpu' })).toMatchObject({
      'stack.profile stack': expect.stringMatching(
        /^critical: No hardware profile of the stack is active: no container/,
      ),
    });
  });
});
