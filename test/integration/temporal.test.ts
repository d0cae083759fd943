import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import type { Report } from '../../src/core/report.ts';
import { temporalReach } from '../../src/probes/temporal-reach.ts';
import { temporalQueue } from '../../src/probes/temporal-queue.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { queueCheck } from '../../src/tools/queue-check.ts';
import { drive } from '../support/drive.ts';
import { reportSchema } from '../support/report-schema.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const host = hostname();

/** One node whose services poll a queue each, asked by the HTTP API or by the program. */
const fleet = ({ address, http }: Temporal) => {
  const service = (name: string, byHttp: boolean) => `
      ${name}:
        kind: worker
        manager: none
        gpu: true
        queue: ${name}
        temporal: { address: '${address}', identity: '@gpu'${byHttp ? `, http: '${http}'` : ''} }`;
  const byHttp = ['nobody', 'cpu-only', 'waiting', 'gpu'].map((name) => service(name, true));
  return `nodes:
  here:
    transport: local
    gpus: 0
    services:${[...byHttp, service('gpu-two', false)].join('')}
`;
};

const pollersOf = ({ findings }: Report, service: string) =>
  findings.find((finding) => finding.check === 'tmp.pollers' && finding.service === service);

describe.skipIf(!has('temporal'))('task queues of a real Temporal server (where there is temporal)', () => {
  let temporal: Temporal;
  let app: App;
  const folder = mkdtempSync(join(tmpdir(), 'rackhand-temporal-'));

  beforeAll(async () => {
    temporal = await startTemporal();
    process.env['RACKHAND_STATE'] = folder;
    const path = join(folder, 'fleet.yaml');
    writeFileSync(path, fleet(temporal), { mode: 0o600 });
    app = await createApp({ fleetPath: path });
    await Promise.all([
      temporal.poll('Activity', 'gpu', `${host}@gpu`),
      temporal.poll('Activity', 'gpu-two', `${host}@gpu`),
      temporal.poll('Activity', 'cpu-only', `${host}@cpu`),
      temporal.startWorkflow('waiting'),
    ]);
  });

  afterAll(async () => {
    await app.close();
    await temporal.stop();
    rmSync(folder, { recursive: true });
  });

  async function checked(): Promise<Report> {
    const report = await app.call(
      queueCheck,
      {},
      { signal: new AbortController().signal, onProgress: () => undefined },
    );
    reportSchema(queueCheck).parse(JSON.parse(JSON.stringify(report)));
    return report;
  }
  test('a worker that polls is seen by the HTTP API and by the program', async () => {
    const report = await checked();
    for (const service of ['gpu', 'gpu-two']) {
      expect(pollersOf(report, service)).toMatchObject({
        status: 'ok',
        summary: expect.stringContaining(`has 1 poller (${host}@gpu), last seen`),
      });
    }
    expect(report.data).toMatchObject({
      queues: expect.arrayContaining([
        expect.objectContaining({ queue: 'gpu-two', type: 'activity', tasks: 0 }),
        expect.objectContaining({ queue: 'waiting', type: 'workflow', tasks: 1 }),
      ]),
    });
  });

  test('nobody, and a worker that found no GPU, are told apart', async () => {
    const report = await checked();
    expect(pollersOf(report, 'nobody')).toMatchObject({ status: 'critical', restartHelps: 'maybe' });
    expect(pollersOf(report, 'cpu-only')).toMatchObject({ status: 'critical', signature: 'TP-CPU' });
  });

  test('what waits is counted by both ways alike', async () => {
    const input = { address: temporal.address, namespace: 'default', queue: 'waiting' };
    const [byHttp, byProgram] = [
      await drive(temporalQueue.steps({ ...input, http: temporal.http })),
      await drive(temporalQueue.steps(input)),
    ];
    const workflow = expect.objectContaining({ tasks: 1, ageSeconds: expect.any(Number) });
    for (const view of [byHttp, byProgram])
      expect(view).toMatchObject({ known: true, backlog: { workflow, activity: { tasks: 0, ageSeconds: 0 } } });
  });

  test('our way to count hides no poller from others', async () => {
    const input = { address: temporal.address, namespace: 'default', queue: 'gpu' };
    await drive(temporalQueue.steps({ ...input, http: temporal.http }));
    expect(await drive(temporalQueue.steps(input))).toMatchObject({ pollers: [{ identity: `${host}@gpu` }] });
  });

  test('a namespace that is not there is named', async () => {
    const input = { address: temporal.address, namespace: 'nope', queue: 'gpu' };
    for (const more of [{}, { http: temporal.http }])
      expect(await drive(temporalQueue.steps({ ...input, ...more }))).toMatchObject({ why: 'namespace' });
  });

  describe.skipIf(!has('sshd'))('from a node over SSH (needs sshd)', () => {
    let sshd: Sshd;
    const transport = createSshTransport();
    beforeAll(async () => {
      sshd = await startSshd();
    });
    afterAll(async () => {
      await transport.close();
      await sshd.stop();
    });

    async function reached(address: string) {
      const session = await transport.open(sshNode(sshd));
      const asking = temporalReach.steps({ address });
      let turn = asking.next();
      while (turn.done !== true) turn = asking.next(await Promise.all(turn.value.map((each) => session.ask(each))));
      return turn.value;
    }

    test('the frontend is in reach', async () => {
      expect(await reached(temporal.address)).toMatchObject({ reached: true });
    });
    test('a port that nobody listens on and a name that nobody knows are told apart', async () => {
      expect(await reached('127.0.0.1:1')).toMatchObject({ reached: false, why: 'refused' });
      expect(await reached('temporal.invalid:7233')).toMatchObject({ reached: false, why: 'unresolved' });
    });
  });

  test('a server that has gone is out of reach, and its pollers are not known', async () => {
    await temporal.stop();
    await until(async () => !(await drive(temporalReach.steps({ address: temporal.address }))).reached);
    const report = await checked();
    const reach = report.findings.find(({ check }) => check === 'tmp.reach');
    expect(reach).toMatchObject({ status: 'critical', summary: expect.stringContaining('refuses connections') });
    expect(pollersOf(report, 'gpu')).toMatchObject({ status: 'unknown' });
    expect(pollersOf(report, 'gpu-two')).toMatchObject({ status: 'unknown' });
  });
});
