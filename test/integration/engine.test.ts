import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerInspect } from '../../src/probes/container-inspect.ts';
import { stackContainers } from '../../src/probes/stack-containers.ts';
import { hasEngine, startDockerd, type Dockerd } from '../support/dockerd.ts';
import { drive } from '../support/drive.ts';
import { until } from '../support/until.ts';

const steady = ['sh', '-c', 'trap exit TERM; echo ready; while :; do sleep 1; done'];

describe.skipIf(!hasEngine)('a real container engine (needs dockerd, a static busybox and root)', () => {
  let engine: Dockerd;

  beforeAll(async () => {
    engine = await startDockerd();
  }, 60_000);
  afterAll(async () => {
    await engine.end();
  }, 60_000);

  test('lists containers with what compose wrote on them, and inspects one without its environment', async () => {
    const id = await engine.run({
      name: 'lab-llama-1',
      cmd: steady,
      compose: { project: 'lab', service: 'llama', config: '/srv/lab/compose.yaml' },
      env: ['TOKEN_FOR_THE_HUB=plain-words', 'OLLAMA_CONTEXT_LENGTH=8192'],
      host: {
        Binds: [`${engine.folder}/image:/models:ro`],
        Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/nvidia0', CgroupPermissions: 'rw' }],
        RestartPolicy: { Name: 'unless-stopped' },
      },
      config: {
        Healthcheck: { Test: ['CMD-SHELL', 'echo first; echo not well; exit 1'], Interval: 1e9, Retries: 1 },
      },
    });
    const place = { server: engine.server };
    expect(await drive(stackContainers.steps(place))).toMatchObject({
      reachable: true,
      via: engine.socket,
      clock: expect.any(Number),
      containers: [
        {
          id,
          name: 'lab-llama-1',
          state: 'running',
          compose: {
            project: 'lab',
            service: 'llama',
            number: 1,
            oneOff: false,
            configFiles: ['/srv/lab/compose.yaml'],
          },
        },
      ],
    });

    const seen: Parameters<typeof drive>[1] = [];
    const inspect = async () => {
      const found = await drive(
        containerInspect.steps({ place, containers: [id, 'nope'], wanted: ['OLLAMA_CONTEXT_LENGTH'] }),
        seen,
      );
      return found.reachable ? found.containers : [];
    };
    await until(async () => (await inspect())[0]?.health?.status === 'unhealthy', 20_000);
    const [facts, ...others] = await inspect();
    expect(others).toEqual([]);
    expect(facts).toMatchObject({
      name: 'lab-llama-1',
      status: 'running',
      pid: expect.any(Number),
      restartPolicy: { name: 'unless-stopped' },
      health: { lastLine: 'not well', lastExitCode: 1 },
      mounts: [{ type: 'bind', source: `${engine.folder}/image`, destination: '/models', writable: false }],
      devices: [{ host: '/dev/null', container: '/dev/nvidia0', permissions: 'rw' }],
      networkMode: 'host',
      env: { OLLAMA_CONTEXT_LENGTH: '8192' },
    });
    expect(seen.every(({ ask }) => ask.kind === 'http' && ask.hidden?.includes('Env'))).toBe(true);
  });
});
