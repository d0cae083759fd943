import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { dockerEngine } from '../../src/checks/docker-engine.ts';
import { managerReach } from '../../src/checks/manager-reach.ts';
import { serviceStart as startAction } from '../../src/actions/service-start.ts';
import { serviceRestart as restartAction } from '../../src/actions/service-restart.ts';
import { serviceContainer } from '../../src/checks/service-container.ts';
import { serviceFlap } from '../../src/checks/service-flap.ts';
import { servicePorts } from '../../src/checks/service-ports.ts';
import { serviceRunning } from '../../src/checks/service-running.ts';
import type { AnyCheck } from '../../src/core/check.ts';
import type { AnyTool } from '../../src/core/tool.ts';
import { logTail } from '../../src/tools/log-tail.ts';
import { runUndo } from '../../src/tools/run-undo.ts';
import { serviceList } from '../../src/tools/service-list.ts';
import { serviceRestart } from '../../src/tools/service-restart.ts';
import { serviceStart } from '../../src/tools/service-start.ts';
import { serviceStop } from '../../src/tools/service-stop.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { onThisMachine } from '../support/carry-out.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { hasEngine, startDockerd, type ContainerOptions, type Dockerd } from '../support/dockerd.ts';
import { findingsHere } from '../support/findings-here.ts';
import { lookOverSsh } from '../support/look-over-ssh.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { rejection } from '../support/scratch-folder.ts';
import { freePort, plainUser } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const isAble = hasEngine && has('sshd') && canMakeRooms;
const secret = 'plain-words-that-no-rule-knows';
const state = mkdtempSync(join(tmpdir(), 'rh-change-compose-'));
const transport = createSshTransport();
const closing: (() => Promise<void>)[] = [];
const steady = 'trap exit TERM; echo serving; while :; do sleep 0.1; done';
/** It says when it starts and when it is told to stop, and takes its time for that. */
const slow = `echo start >> /marks/starts; trap 'touch /marks/stopping; sleep 2; exit 0' TERM; while :; do sleep 0.1; done`;

const published = (port: number | undefined) => ({
  NetworkMode: 'lab',
  PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
});
const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

describe.skipIf(!isAble)(
  'containers changed through the whole door (needs dockerd, a static busybox, sshd, root and unshare)',
  () => {
    let engine: Dockerd;
    let lane: Lane;
    let plain: ReturnType<typeof plainUser>;
    let marks = '';

    const declared = (service: string, more: object = {}) => ({
      services: { [service]: { manager: 'compose', project: 'lab', server: engine.server, quietSeconds: 1, ...more } },
    });
    const door = (service: string, more: object = {}) => {
      const node = lane.node(declared(service, more));
      const { ops, close } = changeOps({ state, transport, nodes: [node], actions, policy: freeHand });
      closing.push(close);
      return {
        ops,
        call: async (tool: AnyTool) => await callTool(ops, tool, { node: 'gpu-1', service }),
        undo: async (run: string | null) => await callTool(ops, runUndo, { run: run ?? '' }),
      };
    };
    const start = async (service: string, script: string, more: Partial<ContainerOptions> = {}) =>
      await engine.run({
        name: `lab-${service}-1`,
        cmd: ['sh', '-c', script],
        compose: { project: 'lab', service },
        env: [`TOKEN_FOR_THE_HUB=${secret}`],
        ...more,
      });
    const judge = async (service: string, checks: readonly AnyCheck[], more: object = {}) =>
      await findingsHere(checks, testNode(declared(service, more)));
    /** How often the slow one was started. */
    const starts = () => readFileSync(join(marks, 'starts'), 'utf8').split('\n').length - 1;
    const always = { RestartPolicy: { Name: 'unless-stopped' } };

    beforeAll(async () => {
      plain = plainUser();
      [engine, lane] = await Promise.all([startDockerd(), startLane()]);
      // So that only the socket itself keeps anybody out.
      chmodSync(engine.folder, 0o711);
      marks = join(engine.folder, 'marks');
      mkdirSync(marks);
      await Promise.all([
        start('steady', steady, { host: always }),
        start('sick', steady, {
          host: always,
          config: { Healthcheck: { Test: ['CMD-SHELL', 'echo model not loaded; exit 1'], Interval: 3e8, Retries: 1 } },
        }),
        start('slow', slow, { host: { ...always, Binds: [`${marks}:/marks`] } }),
        start('hungry', 'exec tail /dev/zero', { host: { Memory: 16 * 1024 ** 2, MemorySwap: 16 * 1024 ** 2 } }),
        start('mortal', 'sleep 0.2; exit 139', {
          host: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
        }),
      ]);
    }, 60_000);
    afterAll(async () => {
      await Promise.all(closing.map((close) => close()));
      await transport.close();
      plain.remove();
      await Promise.all([engine.end(), lane.close()]);
      rmSync(state, { recursive: true, force: true });
    }, 60_000);

    test('restarted, read, stopped, started by taking that back, and nothing of the environment is kept', async () => {
      const { call, undo, ops } = door('steady');
      expect(await call(serviceRestart)).toMatchObject({ status: 'ok', data: { state: 'verified' } });
      const stopped = await call(serviceStop);
      expect(stopped).toMatchObject({ status: 'ok', data: { state: 'verified' } });
      expect(await undo(stopped.data.run)).toMatchObject({
        data: { state: 'verified', changes: [{ what: expect.stringMatching(/^Start steady/) }] },
      });
      const list = await callTool<{ services: readonly object[] }>(ops, serviceList, { nodes: ['gpu-1'] });
      expect(list.data.services).toContainEqual(
        expect.objectContaining({ service: 'steady', manager: 'compose', unit: 'steady', state: 'running' }),
      );
      const log = await callTool<unknown>(ops, logTail, { node: 'gpu-1', service: 'steady' });
      expect(JSON.stringify(log.show)).toContain('serving');
      const kept = textOf(state);
      expect(kept).toContain('/containers/');
      expect(kept).not.toContain(secret);
    });

    test('that has no container is refused with what a person does', async () => {
      const refused = await door('absent').call(serviceStart);
      expect(refused.data.state).toBe('refused');
      expect(JSON.stringify(refused)).toContain('docker compose -p lab up -d absent');
    });

    test('whose own check fails after a restart is not called proven', async () => {
      const { data, findings } = await door('sick', { startSeconds: 2 }).call(serviceRestart);
      expect(data.state).toBe('not_verified');
      expect(findings).toContainEqual(
        expect.objectContaining({
          check: 'service.container',
          status: 'critical',
          summary: expect.stringContaining('said "model not loaded"'),
        }),
      );
    });

    test('is told from one that ran out of memory, and from one that crashed and was given up', async () => {
      await until(async () => (await judge('hungry', [serviceRunning]))[0]?.status === 'critical', 20_000);
      expect(await judge('hungry', [serviceRunning, serviceContainer])).toMatchObject([
        {
          status: 'critical',
          restartHelps: 'after-fix',
          summary: expect.stringContaining('exited (137), out of memory'),
        },
        {
          status: 'critical',
          summary: expect.stringContaining('because memory ran out in it (its limit is 16.0 MiB)'),
        },
      ]);
      const given = 'compose says "exited (139)": it failed, exit code 139; it crashed in native code';
      await until(async () => (await judge('mortal', [serviceRunning]))[0]?.summary.includes(given) === true, 20_000);
      const [flap] = await judge('mortal', [serviceFlap]);
      expect(flap).toMatchObject({
        summary: expect.stringMatching(/ended \d times? by itself.*(exit code 139|restart 2)/),
      });
    });

    test('a port that its engine opens is served only when something listens inside', async () => {
      const ports = [await freePort(), await freePort()];
      const made = await engine.api('POST', '/networks/create', { Name: 'lab', Driver: 'bridge' });
      expect(made.status).toBe(201);
      const config = { ExposedPorts: { '80/tcp': {} } };
      const web = await start('web', 'exec httpd -f -p 80', { host: published(ports[0]), config });
      const mute = await start('mute', steady, { host: published(ports[1]), config });
      await until(async () => (await judge('web', [servicePorts], { ports: [ports[0]] }))[0]?.status === 'ok');
      expect(await judge('mute', [servicePorts], { ports: [ports[1]] })).toMatchObject([
        { status: 'degraded', summary: expect.stringContaining(`Nothing listens on port ${ports[1]} yet`) },
      ]);
      for (const id of [web, mute]) await engine.api('DELETE', `/containers/${id}?force=true`);
      await engine.api('DELETE', '/networks/lab');
    });

    test('a login that may not open the socket does not call the engine down', async () => {
      const node = { ...declared('steady'), ssh: { user: plain.name } };
      const findings = await lookOverSsh(lane.sshd, node, [managerReach, dockerEngine, serviceRunning]);
      expect(findings).toContainEqual(
        expect.objectContaining({
          check: 'manager.reach',
          status: 'unknown',
          summary: expect.stringContaining(`the login user may not open ${engine.socket}`),
        }),
      );
      expect(findings.map(({ status }) => status)).not.toContain('critical');
    });

    test('in the middle of whose restart the engine was killed: not known, and not repeated', async () => {
      const restart = onThisMachine(restartAction, { service: 'slow' }, testNode(declared('slow')));
      const change = await restart.change();
      const sent = rejection(restart.send(change));
      await until(() => existsSync(join(marks, 'stopping')), 20_000);
      await engine.kill();
      expect(await sent).toMatchObject({
        code: 'OUTPUT_UNREADABLE',
        message: expect.stringContaining('Whether the container engine carried out the restart is not known'),
      });
      const leftOver = `its socket ${engine.socket} is left over`;
      expect(await restart.done(change)).toMatchObject({ is: 'unclear', say: expect.stringContaining(leftOver) });
      expect(await judge('slow', [managerReach])).toMatchObject([
        { status: 'critical', summary: expect.stringContaining(leftOver) },
      ]);
      expect(await restart.plan()).toMatchObject({ can: false, because: expect.stringContaining(leftOver) });
      expect(starts()).toBe(1);
      // To its engine somebody stopped it, so that it stays stopped, and nobody tells it to start a second time.
      await engine.again();
      await until(
        async () => (await judge('slow', [serviceRunning]))[0]?.summary.includes('"exited (') === true,
        20_000,
      );
      expect(await restart.done(change)).toMatchObject({
        is: 'unclear',
        say: expect.stringContaining('not started again'),
      });
      expect(starts()).toBe(1);
      const start = onThisMachine(startAction, { service: 'slow' }, testNode(declared('slow')));
      const started = await start.change();
      expect(await start.send(started)).toMatchObject({ how: 'done' });
      await until(async () => (await start.done(started)).is === 'done', 20_000);
      expect(starts()).toBe(2);
    }, 60_000);
  },
);
