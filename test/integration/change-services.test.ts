import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { serviceRestart } from '../../src/tools/service-restart.ts';
import { serviceStart } from '../../src/tools/service-start.ts';
import { serviceStop } from '../../src/tools/service-stop.ts';
import { runUndo } from '../../src/tools/run-undo.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { startPm2, type Pm2 } from '../support/pm2-daemon.ts';
import { has } from '../support/requires.ts';
import { rejection } from '../support/scratch-folder.ts';
import { freePort } from '../support/sshd.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';

const isAble = has('sshd') && has('supervisord') && canMakeRooms;
const state = mkdtempSync(join(tmpdir(), 'rh-change-services-'));
const transport = createSshTransport();
/** One node for each story, so that they can be told at once. */
const stories = ['stops', 'starts', 'dies', 'sick', 'says', 'stops pm2', 'starts pm2', 'dies pm2'] as const;
type Story = (typeof stories)[number];
const lanes = new Map<Story, Lane>();
let supervisord: Supervisord;
let pm2: Pm2;
let port = 0;
const closing: (() => Promise<void>)[] = [];

/** A server that answers 503 from the start on which a file says so. */
const sick = `
const { existsSync } = require('node:fs');
const status = existsSync(__dirname + '/poison-sick') ? 503 : 200;
require('node:http').createServer((_, answer) => answer.writeHead(status).end('{}')).listen(PORT, '127.0.0.1');`;
const steady = 'setInterval(() => {}, 1000);';
const dies = `
if (require('node:fs').existsSync(__dirname + '/poison-dies')) setTimeout(() => process.exit(7), 8000);
setInterval(() => {}, 1000);`;
const says = `
console.log('begun');
if (require('node:fs').existsSync(__dirname + '/poison-says'))
  console.log('llama_model_load: error loading model: unable to allocate CUDA0 buffer');
setInterval(() => {}, 1000);`;

const programs = () => `
[program:stops]
command=/bin/sleep 1000
[program:starts]
command=/bin/sleep 1000
autostart=false
[program:dies]
command=${process.execPath} %(here)s/dies.js
[program:sick]
command=${process.execPath} %(here)s/sick.js
[program:says]
command=${process.execPath} %(here)s/says.js
redirect_stderr=true
`;

const poison = (story: Story) => {
  const [name, isPm2] = story.split(' ');
  writeFileSync(join(isPm2 ? pm2.folder : supervisord.folder, `poison-${name}`), '');
};

/** The tools, on a node that has one service. */
function door(story: Story, declared: object = {}) {
  const lane = lanes.get(story);
  if (lane === undefined) throw new Error('no lane');
  const [service = '', isPm2] = story.split(' ');
  const managed = isPm2 ? { manager: 'pm2', home: pm2.home } : { manager: 'supervisor', config: supervisord.config };
  const node = lane.node({ services: { [service]: { ...managed, quietSeconds: 1, ...declared } } });
  const { ops, close } = changeOps({ state: join(state, story), transport, nodes: [node], actions, policy: freeHand });
  closing.push(close);
  const call = async (tool: typeof serviceStop | typeof serviceRestart) =>
    await callTool(ops, tool, { node: 'gpu-1', service });
  const undo = async (run: string | null) => await callTool(ops, runUndo, { run: run ?? '' });
  return { call, undo };
}

describe.skipIf(!isAble)('services changed through the whole door (needs sshd, supervisord, root and unshare)', () => {
  beforeAll(async () => {
    port = await freePort();
    [supervisord, pm2] = await Promise.all([
      startSupervisord(programs(), {
        'dies.js': dies,
        'sick.js': sick.replace('PORT', String(port)),
        'says.js': says,
      }),
      startPm2({ stops: steady, starts: steady, dies }),
      ...stories.map(async (story) => lanes.set(story, await startLane())),
    ]);
  });
  afterAll(async () => {
    await transport.close();
    await Promise.all([
      ...closing.map((close) => close()),
      supervisord.end(),
      pm2.end(),
      ...[...lanes.values()].map((lane) => lane.close()),
    ]);
    rmSync(state, { recursive: true, force: true });
  });

  test.concurrent.each<Story>(['stops', 'stops pm2'])(
    'stopped, and that is taken back by a start: %s',
    async (story) => {
      const { call, undo } = door(story);
      const stop = await call(serviceStop);
      expect(stop).toMatchObject({ status: 'ok', data: { state: 'verified' } });
      expect(await undo(stop.data.run)).toMatchObject({
        status: 'ok',
        data: { state: 'verified', changes: [{ what: expect.stringMatching(/^Start stops/) }] },
      });
      // Taken back once, it is not taken back again.
      expect(await undo(stop.data.run)).toMatchObject({
        data: { state: 'refused' },
        summary: expect.stringContaining('runs already'),
      });
    },
  );

  test.concurrent.each<Story>(['starts', 'starts pm2'])(
    'started, and that is taken back by a stop: %s',
    async (story) => {
      const { call, undo } = door(story);
      // pm2 starts all that it is given.
      if (story.endsWith('pm2')) await call(serviceStop);
      const start = await call(serviceStart);
      expect(start).toMatchObject({ status: 'ok', data: { state: 'verified' } });
      expect(await undo(start.data.run)).toMatchObject({
        data: { state: 'verified', changes: [{ what: expect.stringMatching(/^Stop starts/) }] },
      });
    },
  );

  test.concurrent.each<Story>(['dies', 'dies pm2'])(
    'restarted, and not called proven when it dies after 8 s: %s',
    async (story) => {
      const first = await door(story).call(serviceRestart);
      expect(first).toMatchObject({ status: 'ok', data: { state: 'verified' } });
      expect(await rejection(door(story).undo(first.data.run))).toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('left nothing that can be taken back'),
      });
      poison(story);
      const { status, data, summary } = await door(story, { quietSeconds: 15, startSeconds: 10 }).call(serviceRestart);
      expect([status, data.state]).toEqual(['critical', 'not_verified']);
      expect(summary).toMatch(/not proven within 10 s/);
    },
  );

  test.concurrent('whose health answers 503 after the restart is not called proven', async () => {
    const health = [{ url: `http://127.0.0.1:${port}/health` }];
    expect(await door('sick', { health }).call(serviceRestart)).toMatchObject({ data: { state: 'verified' } });
    poison('sick');
    const { data, findings, summary } = await door('sick', { health, startSeconds: 4 }).call(serviceRestart);
    expect(data.state).toBe('not_verified');
    expect(summary).toContain('503');
    expect(findings).toContainEqual(expect.objectContaining({ check: 'service.health', status: 'critical' }));
  });

  test.concurrent('that logs a known failure after the restart is not called proven', async () => {
    const kind = 'llama';
    expect(await door('says', { kind }).call(serviceRestart)).toMatchObject({ data: { state: 'verified' } });
    poison('says');
    const { data, findings } = await door('says', { kind, startSeconds: 4 }).call(serviceRestart);
    expect(data.state).toBe('not_verified');
    expect(findings).toContainEqual(expect.objectContaining({ check: 'service.log', signature: 'LL-OOM' }));
  });
});
