import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { createApp, type App } from '../../src/app.ts';
import { comfyuiAccept } from '../../src/tools/comfyui-accept.ts';
import { comfyuiHealth } from '../../src/tools/comfyui-health.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { comfyuiNode, type ComfyuiNode } from '../support/comfyui-node.ts';
import { reportSchema } from '../support/report-schema.ts';
import { has } from '../support/requires.ts';
import { runProgram, startProgram } from '../support/run-program.ts';
import { safetensorsFile } from '../support/safetensors.ts';
import { until } from '../support/until.ts';

const { signal } = new AbortController();
const gpu = ['--vram', '80530636800/85899345920'];

describe.skipIf(!has('sshd') || !has('supervisord'))(
  'the health of ComfyUI, by a stand-in of it (needs sshd and supervisord)',
  () => {
    let node: ComfyuiNode;
    let app: App;
    let program: BuiltProgram;
    let model: string;

    const health = async (input: Record<string, unknown> = {}) => {
      const report = await app.call(
        comfyuiHealth,
        { withinMs: 5_000, ...input },
        { signal, onProgress: () => undefined },
      );
      reportSchema(comfyuiHealth).parse(JSON.parse(JSON.stringify(report)));
      const { nodes } = report.data as z.infer<typeof comfyuiHealth.data>;
      const [first] = nodes;
      return { report, levels: first?.levels ?? {}, instances: first?.instances ?? [] };
    };

    beforeAll(async () => {
      [node, program] = await Promise.all([
        comfyuiNode([gpu, [...gpu, '--import-failed', 'ComfyUI-Impact-Pack'], []]),
        builtProgram('src/rackhand.ts'),
      ]);
      model = `${node.base}/models/checkpoints/tiny.safetensors`;
      writeFileSync(model, safetensorsFile({ weight: [0, 4096] }));
      app = await createApp({ fleetPath: node.fleet(`        models: [{ path: '${model}' }]\n        gpu: true\n`) });
      await until(async () => (await health({ level: 'runtime' })).levels.runtime?.status === 'ok', 30_000);
    });
    afterAll(async () => {
      await app.close();
      await node.end();
      program.remove();
    });

    test('tells the levels apart, of the node and of each instance', async () => {
      const { levels, instances, report } = await health();
      expect(levels).toMatchObject({
        installation: { status: 'degraded', says: expect.stringContaining('ComfyUI-Impact-Pack') },
        runtime: { status: 'ok' },
        functional: { status: 'critical', says: expect.stringContaining('no device but the CPU') },
        models: { status: 'ok' },
      });
      expect(instances.map(({ service, gpu: index, status }) => [service, index, status])).toEqual([
        ['comfyui-gpu0', 0, 'ok'],
        ['comfyui-gpu1', 1, 'degraded'],
        ['comfyui-gpu2', 2, 'critical'],
      ]);
      expect(report.notes.join()).toContain('SIMULATED');
    });

    test('a model that is cut short is told by its level alone', async () => {
      const whole = readFileSync(model);
      truncateSync(model, whole.length - 1_000);
      const { levels, report } = await health({ level: 'models' });
      expect(levels).toEqual({ models: { status: 'critical', says: expect.stringMatching(/tiny\.safetensors/) } });
      expect(new Set(report.findings.map(({ layer }) => layer))).toEqual(new Set(['model']));
      writeFileSync(model, whole);
    });

    test('one that hangs is not known, its reason told, nothing waits on for it, and the others are judged', async () => {
      node.hang(1);
      const { instances, levels } = await health({ level: 'functional', withinMs: 400 });
      expect(instances.map(({ status }) => status)).toEqual(['ok', 'unknown', 'critical']);
      expect(instances[1]?.says).toMatch(/gave no answer within 4\d\d ms|gave no answer within 0\.4 s/);
      expect(levels.functional?.status).toBe('critical');
      await until(() => readFileSync(node.logFile(1), 'utf8').includes('gave up waiting for /system_stats'));
      node.answerAgain(1);
      expect((await health({ level: 'functional' })).instances[1]?.status).toBe('ok');
    });

    test('is accepted line by line: what holds, what does not, and what can not be measured here', async () => {
      const comfyui = `    comfyui:
      path: ${node.base}
      accept: { version: 0.33.0, model: tiny.safetensors, width: 64, height: 48, templates: [txt2img] }
`;
      const own = await createApp({ fleetPath: node.fleet(`        models: [{ path: '${model}' }]\n`, comfyui) });
      const accepted = async (input: Record<string, unknown>) => {
        const call = { node: 'gpu-1', service: 'comfyui-gpu0', ...input };
        const report = await own.call(comfyuiAccept, call, { signal, onProgress: () => undefined });
        reportSchema(comfyuiAccept).parse(JSON.parse(JSON.stringify(report)));
        return { report, lines: (report.data as z.infer<typeof comfyuiAccept.data>).lines };
      };
      try {
        const { report, lines } = await accepted({});
        expect(Object.fromEntries(lines.map(({ line, is }) => [line, is]))).toEqual({
          'it is installed': 'fail',
          'the release that runs': 'fail',
          'its model is there, of its size': expect.stringMatching(/^(?:pass|not measurable here)$/),
          'template txt2img is valid': 'pass',
          'GET /system_stats and GET /queue answer': 'pass',
          'it sees a GPU': 'pass',
          'POST /prompt and GET /history/{id} answer': 'pass',
          'it is drawn in time': 'pass',
          'the GPU is used': 'not measurable here',
          'GPU memory stays below': 'not measurable here',
          'it is a PNG of its size': 'pass',
        });
        expect(report).toMatchObject({ status: 'critical', summary: expect.stringContaining('is not accepted') });
        const looked = await accepted({ draw: false });
        expect(looked.lines.at(-1)).toMatchObject({ is: 'not measurable here', says: 'It was asked not to draw.' });
      } finally {
        await own.close();
      }
    });

    describe('by HTTP', () => {
      let url: string;
      let server: ReturnType<typeof startProgram>;
      const get = async (path: string, init: RequestInit = {}) => {
        const answer = await fetch(`${url}${path}`, init);
        return { status: answer.status, body: await answer.json() };
      };

      beforeAll(async () => {
        server = startProgram(program, ['serve', '--port=0', `--fleet=${node.fleet()}`]);
        for await (const line of createInterface({ input: server.child.stderr ?? process.stdin })) {
          const said = /Listening on (\S+)/.exec(line)?.[1];
          if (said === undefined) continue;
          url = said;
          break;
        }
      });

      test('each route answers, and the status is what a load balancer reads', async () => {
        // The stand-in of GPU 2 has no card, which is what was declared for this fleet file.
        expect(await get('/health/comfyui/instances/0')).toMatchObject({
          status: 200,
          body: { status: 'ok', instances: [{ node: 'gpu-1', service: 'comfyui-gpu0', gpu: 0 }] },
        });
        expect(await get('/health/comfyui')).toMatchObject({
          status: 200,
          body: { status: 'degraded', nodes: [{ node: 'gpu-1', levels: { functional: {}, models: {} } }] },
        });
        expect(await get('/health/comfyui/installation?node=gpu-1')).toMatchObject({
          status: 200,
          body: { nodes: [{ levels: { installation: { status: 'degraded' } } }] },
        });
        expect(await get('/health/comfyui/models')).toMatchObject({ status: 200 });
        expect(await get('/health/comfyui/instances')).toMatchObject({
          body: { instances: [{ gpu: 0 }, { gpu: 1 }, { gpu: 2 }] },
        });
      });

      test('one that hangs makes the whole not known, and the others are answered well', async () => {
        node.hang(0);
        expect(await get('/health/comfyui')).toMatchObject({ status: 503, body: { status: 'unknown' } });
        expect(await get('/health/comfyui/instances/0')).toMatchObject({
          status: 503,
          body: { instances: [{ levels: { functional: { says: expect.stringContaining('gave no answer within') } } }] },
        });
        expect((await get('/health/comfyui/instances/1')).status).toBe(200);
        node.answerAgain(0);
      });

      test('refuses what is no question to it', async () => {
        expect((await get('/health/comfyui/instances/7')).status).toBe(404);
        expect((await get('/health/comfyui/instances/%2e%2e')).status).toBe(404);
        expect((await get('/health/comfyui?node=gpu-9')).status).toBe(404);
        expect((await get('/')).status).toBe(404);
        expect((await get('/health/comfyui', { method: 'POST', body: '{}' })).status).toBe(405);
        const asking = request(`${url}/health/comfyui`, { headers: { host: 'attacker.example' } }).end();
        const [foreign] = await once(asking, 'response');
        expect([foreign.statusCode, await text(foreign)]).toEqual([403, expect.stringContaining('Host header')]);
      });

      test('a client that never ends its question does not keep others from theirs', async () => {
        const { hostname, port } = new URL(url);
        const slow = Array.from({ length: 40 }, () => connect(Number(port), hostname));
        for (const socket of slow)
          socket.on('error', () => undefined).write('GET /health/comfyui HTTP/1.1\r\nHost: local');
        expect((await get('/health/comfyui/instances/1')).status).toBe(200);
        for (const socket of slow) socket.destroy();
      });

      test('answers what it is at, and ends well when it is stopped', async () => {
        node.hang(2);
        const last = get('/health/comfyui/instances/2');
        await until(() => readFileSync(node.logFile(2), 'utf8').includes('does not answer /system_stats'));
        server.child.kill('SIGTERM');
        expect(await last.catch((error: unknown) => error)).toMatchObject({ status: 503 });
        expect(await server.ended).toMatchObject({ code: 0 });
        node.answerAgain(2);
      });
    });

    test('listens where others reach it for nobody', async () => {
      const { code, stderr } = await runProgram(program, [
        'serve',
        '--host=0.0.0.0',
        '--port=0',
        `--fleet=${node.fleet()}`,
      ]);
      expect({ code, stderr }).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('no address of this machine alone'),
      });
    });

    test('one that has ended is down in the levels that show it', async () => {
      const pid = await node.daemon.pidOf('comfyui-gpu0');
      process.kill(pid ?? Number.NaN, 'SIGKILL');
      await until(async () => (await health({ level: 'runtime' })).instances[0]?.status === 'critical');
      const { instances } = await health();
      expect(instances[0]).toMatchObject({
        gpu: 0,
        status: 'critical',
        levels: {
          runtime: { status: 'critical' },
          functional: { status: 'critical', says: expect.stringContaining('nothing listens there') },
        },
      });
    });
  },
);
