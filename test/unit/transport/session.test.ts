import { expect, test } from 'vitest';
import { alterByHttp, alterByRun } from '../../../src/core/alter.ts';
import { capture } from '../../../src/core/capture.ts';
import { read, run, type Command, type Reply } from '../../../src/core/command.ts';
import { sessionOf } from '../../../src/transport/session.ts';

const fence = { token: 'f00f', leaseSeconds: 61 };
const change = alterByRun(['systemctl', 'restart', 'llama']);
const request = alterByHttp('http://127.0.0.1:1/', { body: 'x' });

/** A session that only writes down what came through. */
function standIn() {
  const sent: Command[] = [];
  const reply: Reply = { exitCode: 0, signal: null, stdout: capture(''), stderr: capture(''), at: 0, ms: 0 };
  const put = async (command: Command): Promise<Reply> => {
    sent.push(command);
    return reply;
  };
  return { sent, session: sessionOf(put, () => []) };
}

test.each<[string, Command, string]>([
  ['a program without a fence', change, 'systemctl restart llama would change the node without a fence'],
  ['a request without a fence', request, 'POST http://127.0.0.1:1/ would change the node without a fence'],
  ['a request from here', { ...request, fence, ask: { ...request.ask, from: 'here' } }, 'no fence can stand before it'],
  ['a file', { ...read('/etc/hosts'), effect: 'change', fence }, 'no fence can stand before it'],
  ['a program with a longer deadline than lease', { ...change, fence, deadlineMs: 61_000 }, 'longer than its lease'],
])('a change by %s is a defect of ours and is not sent', async (_, command, why) => {
  const { sent, session } = standIn();
  await expect(session.ask(command)).rejects.toMatchObject({
    code: 'DEFECT',
    message: expect.stringContaining(why),
  });
  expect(sent).toEqual([]);
});

test('what has its fence, and what changes nothing, is sent', async () => {
  const { sent, session } = standIn();
  const looked = run(['true']);
  const commands = [{ ...change, fence }, looked, { ...looked, effect: 'create' as const }];
  for (const command of commands) await session.ask(command);
  expect(sent).toEqual(commands);
});
