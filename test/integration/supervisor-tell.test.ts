import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Order } from '../../src/core/action.ts';
import type { Verb } from '../../src/core/service-manager.ts';
import { supervisor } from '../../src/services/supervisor.ts';
import { supervisorTell } from '../../src/services/supervisor-tell.ts';
import { drive } from '../support/drive.ts';
import { managerTold } from '../support/manager-told.ts';
import { has } from '../support/requires.ts';
import { rejection } from '../support/scratch-folder.ts';
import { put, send } from '../support/send-order.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

const programs = `
[program:steady]
command=/bin/sleep 600
startsecs=0
[program:crasher]
command=/bin/sh -c 'sleep 0.3; exit 3'
startretries=1000
[program:by-hand]
command=/bin/sleep 600
autostart=false
startsecs=0
[program:no-command]
command=/nonexistent/llama-server
startretries=0
[program:worker]
command=/bin/sleep 600
numprocs=2
process_name=%(program_name)s_%(process_num)02d
startsecs=0
[program:clinging]
command=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
startsecs=0
stopwaitsecs=1
`;

describe.skipIf(!has('supervisord'))('a real supervisord that is told (needs supervisord)', () => {
  let running: Supervisord | undefined;
  const place = () => ({ config: running?.config });
  const stateOf = async (unit: string) => {
    const answer = await drive(supervisor.list(place(), [unit]));
    return answer.reachable ? answer.services.find((each) => each.unit === unit) : undefined;
  };
  const orderOf = async (unit: string, verb: Verb): Promise<Order> => {
    const found = await drive(supervisorTell(place(), unit, verb));
    if ('untold' in found) throw new Error(found.untold);
    return found;
  };

  beforeAll(async () => {
    running = await startSupervisord(programs);
    await until(async () => (await stateOf('no-command'))?.state === 'failed', 20_000);
  });
  afterAll(() => running?.end());

  managerTold({
    manager: supervisor,
    place,
    noPlace: () => ({ server: 'unix:///nonexistent/supervisor.sock' }),
    look: drive,
    units: { running: 'steady', crashing: 'crasher', stopped: 'by-hand', failed: 'no-command' },
  });

  test('moves one process of a group, and not the group', async () => {
    expect(await drive(supervisorTell(place(), 'worker', 'restart'))).toEqual({
      untold:
        'worker is a group of supervisord and not one service: declare one of worker:worker_00, worker:worker_01.',
    });
    const before = [(await stateOf('worker:worker_00'))?.pid, (await stateOf('worker:worker_01'))?.pid];
    expect(await send(await orderOf('worker:worker_01', 'restart'))).toEqual({
      how: 'done',
      said: 'stop: ok; start: ok',
    });
    expect((await stateOf('worker:worker_00'))?.pid).toBe(before[0]);
    expect((await stateOf('worker:worker_01'))?.pid).not.toBe(before[1]);
  });

  test('is told in one request, with time enough for the end of that program, and spoken to meanwhile by a look', async () => {
    const socket = join(running?.folder ?? '', 'supervisor.sock');
    expect(await orderOf('clinging', 'restart')).toMatchObject({
      command: { effect: 'change', deadlineMs: 61_000, ask: { kind: 'http', method: 'POST', from: 'node', socket } },
      stir: { effect: 'observe', ask: { kind: 'http', from: 'node', socket } },
    });
  });

  test('says its own fault for what it can not start', async () => {
    expect(await send(await orderOf('no-command', 'restart'))).toEqual({
      how: 'failed',
      said: "stop: NOT_RUNNING: no-command:no-command; start: NO_FILE: can't find command '/nonexistent/llama-server'",
    });
  });

  test('is heard out when the line to the node is cut: what it stopped is started again', async () => {
    const before = (await stateOf('clinging'))?.pid;
    const { command } = await orderOf('clinging', 'restart');
    const cut = new AbortController();
    const sent = rejection(put(command, cut.signal));
    await until(async () => (await stateOf('clinging'))?.state === 'stopping');
    cut.abort();
    expect(await sent).toMatchObject({ code: 'CANCELLED' });
    await until(async () => (await stateOf('clinging'))?.state === 'running', 20_000);
    expect((await stateOf('clinging'))?.pid).not.toBe(before);
  });

  test('that does not answer to the end leaves it open whether it was done', async () => {
    const { command, read } = await orderOf('steady', 'restart');
    const server = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    if (command.ask.kind !== 'http') throw new Error('it is told by HTTP');
    const { socket: _, ...ask } = { ...command.ask, url: `http://127.0.0.1:${port}/RPC2` };
    const reply = await put({ ...command, ask });
    expect(() => read(reply)).toThrow(/^Whether supervisord carried out the restart is not known: /);
  });
});
