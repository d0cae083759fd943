import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import { queueCheck } from '../../src/tools/queue-check.ts';
import type { RecordedReply } from '../support/replay.ts';
import { reportSchema } from '../support/report-schema.ts';

const recording = new URL('../fixtures/probes/temporal.queue/api-gpu-poller.json', import.meta.url);
const { replies } = JSON.parse(readFileSync(recording, 'utf8')) as { replies: RecordedReply[][] };
const bodies = replies.flat().map(({ http }) => http?.body ?? '');

/** SIMULATED: a stand-in that says what a Temporal dev server 1.27.1 was recorded to say, whatever the time is. */
const server = createServer((request, response) => {
  const url = request.url ?? '';
  const body = url.includes('ENHANCED')
    ? bodies[2]
    : bodies[url.includes('taskQueueType=TASK_QUEUE_TYPE_ACTIVITY') ? 0 : 1];
  response.end(body ?? '{}');
});
const folder = mkdtempSync(join(tmpdir(), 'rackhand-queues-'));
let app: App;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const path = join(folder, 'fleet.yaml');
  writeFileSync(
    path,
    `nodes:
  local:
    transport: local
    services:
      gpu-worker:
        kind: worker
        manager: none
        queue: video-processing@gpu
        temporal: { address: '127.0.0.1:${port}', http: 'http://127.0.0.1:${port}', identity: '@gpu' }
`,
    { mode: 0o600 },
  );
  app = await createApp({ fleetPath: path });
});
afterAll(async () => {
  await app.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('queue_check shows who polled, and that it was long ago, by the recorded answers of a server', async () => {
  const { signal } = new AbortController();
  const report = await app.call(queueCheck, {}, { signal, onProgress: () => undefined });
  reportSchema(queueCheck).parse(JSON.parse(JSON.stringify(report)));
  expect(report.data).toMatchObject({
    queues: [
      {
        service: 'gpu-worker',
        queue: 'video-processing@gpu',
        type: 'activity',
        pollers: [expect.stringContaining('gpu-node-7@gpu')],
        tasks: 0,
      },
      { type: 'workflow', pollers: [], tasks: 0 },
    ],
  });
  const pollers = report.findings.find(({ check }) => check === 'tmp.pollers');
  expect(pollers?.status).not.toBe('ok');
  expect(report.findings.find(({ check }) => check === 'tmp.reach')).toMatchObject({ status: 'ok' });
});
