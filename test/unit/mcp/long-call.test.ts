import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import type { App, CallOptions } from '../../../src/app.ts';
import type { Report } from '../../../src/core/report.ts';
import type { AnyTool } from '../../../src/core/tool.ts';
import { createLongCalls } from '../../../src/mcp/long-call.ts';
import { runList } from '../../../src/tools/run-list.ts';
import { serviceRestart } from '../../../src/tools/service-restart.ts';

const done: Report = { summary: 'Done.', status: 'ok', findings: [], next: [], notes: [], data: {}, show: [] };

/** An app whose one call is ended by the test. */
function held(tool: AnyTool, answerMs: number) {
  const gate = new EventEmitter();
  const promise = Promise.race([
    once(gate, 'finished').then(() => done),
    once(gate, 'cancelled').then(() => Promise.reject(new Error('cancelled'))),
  ]);
  const client = new AbortController();
  const host = new AbortController();
  const said: string[] = [];
  let options: CallOptions | undefined;
  const app: Pick<App, 'call'> = {
    call(_tool: AnyTool, _input: unknown, given: CallOptions) {
      options = given;
      given.signal.addEventListener('abort', () => gate.emit('cancelled'), { once: true });
      return promise;
    },
  };
  const calls = createLongCalls({ stop: host.signal, answerMs });
  const answer = calls.put(app, {
    tool,
    input: {},
    signals: [client.signal],
    say: (message) => void said.push(message),
  });
  const asked = () => {
    if (options === undefined) throw new Error('it was not asked');
    return options;
  };
  return { calls, answer, finish: () => gate.emit('finished'), client, host, said, asked };
}

test('what ends in time is answered with its report', async () => {
  const { answer, finish, asked } = held(serviceRestart, 60_000);
  asked().onRun?.('r1');
  finish();
  expect(await answer).toBe(done);
});

test('what takes longer is answered with its run and goes on, whatever its client does then', async () => {
  const { answer, asked, client, said, calls, finish } = held(serviceRestart, 5);
  asked().onRun?.('r1');
  asked().onProgress('Well for 3 s now');
  expect(await answer).toMatchObject({
    summary: 'It is under way as run r1 and goes on: Well for 3 s now',
    data: { state: 'running', run: 'r1' },
    next: [{ tool: 'run_show', args: { run: 'r1' } }, { tool: 'run_cancel' }],
  });
  client.abort();
  asked().onProgress('Well for 4 s now');
  expect(asked().signal.aborted).toBe(false);
  expect(said).toEqual(['Well for 3 s now']);
  finish();
  await calls.ended();
});

test('what has begun no run, or only looks, is waited for', async () => {
  for (const tool of [serviceRestart, runList]) {
    const { answer, asked, finish } = held(tool, 1);
    if (tool === runList) asked().onRun?.('r1');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 30, 'waits'))]);
    expect(first).toBe('waits');
    finish();
    expect(await answer).toBe(done);
  }
});

test('it is cancelled before it was answered, and by the host that wants the program gone', async () => {
  const early = held(serviceRestart, 60_000);
  early.client.abort();
  await expect(early.answer).rejects.toThrow('cancelled');
  const late = held(serviceRestart, 1);
  late.asked().onRun?.('r1');
  await late.answer;
  late.host.abort();
  expect(late.asked().signal.aborted).toBe(true);
  await late.calls.ended();
});
