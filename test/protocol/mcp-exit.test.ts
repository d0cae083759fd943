import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { runProgram, startProgram } from '../support/run-program.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('test/support/stand-in-program.ts');
});
afterAll(() => program.remove());

const message = (content: object) => `${JSON.stringify({ jsonrpc: '2.0', ...content })}\n`;
const hello = message({
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});
const wait = message({
  id: 2,
  method: 'tools/call',
  params: { name: 'node_wait', arguments: {}, _meta: { progressToken: 'wait' } },
});

/** A server in the middle of a call. */
async function waiting() {
  const { child, ended } = startProgram(program, ['mcp']);
  if (child.stdin === null || child.stdout === null) throw new Error('the process has no pipes');
  child.stdin.write(hello + wait);
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('connecting')) break;
  return { child, ended };
}

test.each([
  ['its stdin ends', (stdin: NodeJS.WritableStream, _kill: () => void) => stdin.end(), 0],
  ['it is told to stop', (_stdin: NodeJS.WritableStream, kill: () => void) => kill(), 130],
] as const)('when %s a running call is cleaned up, the app is closed and the server exits', async (_, stop, code) => {
  const before = program.notes().length;
  const { child, ended } = await waiting();
  if (child.stdin === null) throw new Error('the process has no stdin');
  stop(child.stdin, () => child.kill('SIGTERM'));
  expect(await ended).toMatchObject({ code, signal: null, stderr: '' });
  expect(program.notes().slice(before)).toEqual(['opened', 'call node_wait {}', 'cleaned up', 'closed']);
});

test('a server that nobody spoke to opens nothing and exits', async () => {
  const before = program.notes().length;
  expect(await runProgram(program, ['mcp'])).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(program.notes().slice(before)).toEqual([]);
});

test('what is no message is complained about on stderr, and stdout stays clean', async () => {
  const { child, ended } = startProgram(program, ['mcp']);
  child.stdin?.end(`{"half":1}\n${hello}`);
  const { stdout, stderr } = await ended;
  for (const line of stdout.split('\n').filter((each) => each !== ''))
    expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  expect(stderr).toContain('rackhand mcp: ');
});
