import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { mcpClients, type McpSession } from '../support/mcp-clients.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('test/support/stand-in-program.ts');
});
afterAll(() => program.remove());

const textOf = ({ content }: { content: readonly { type: string; text?: string }[] }) =>
  content.flatMap(({ text }) => text ?? []).join('\n');

describe.each(Object.entries(mcpClients))('%s', (_, connect) => {
  let session: McpSession;
  beforeAll(async () => void (session = await connect(program, ['mcp'])));
  afterAll(() => session.close());

  test('learns who answers, how to triage and how to change, in at most 2 KB', async () => {
    expect(session.serverName()).toBe('rackhand');
    expect(session.instructions()).toContain('start with node_triage');
    for (const state of ['awaiting_approval', 'held', 'denied', 'refused', 'unknown'])
      expect(session.instructions()).toContain(state);
    expect(Buffer.byteLength(session.instructions() ?? '')).toBeLessThanOrEqual(2_048);
  });

  test('finds every tool with both schemas and all four hints', async () => {
    const tools = await session.tools();
    expect(tools.map(({ name }) => name)).toEqual(['node_triage', 'log_tail', 'node_wait', 'node_fail']);
    for (const tool of tools) {
      expect(tool).toMatchObject({
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object', required: expect.arrayContaining(['summary', 'status', 'findings', 'data']) },
        annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
      });
    }
  });

  test('gets a report as text and as structured content that fits the schema', async () => {
    // Only after the tools are known does a client check results against their schemas.
    await session.tools();
    const answer = await session.call('node_triage', { nodes: ['gpu-1'] });
    expect(answer.isError).toBeFalsy();
    expect(answer.structuredContent).toMatchObject({
      status: 'critical',
      findings: expect.any(Array),
      notes: expect.any(Array),
    });
    expect(textOf(answer)).toMatch(/^CRITICAL  gpu-1 is critical/);
    expect(textOf(answer)).toContain('log_tail {"node":"gpu-1","service":"llama","lines":50}');
  });

  test('gets an error that says what to do, not a broken session', async () => {
    const refused = await session.call('node_fail', { how: 'refused' });
    expect(refused).toMatchObject({ isError: true });
    expect(refused.structuredContent).toBeUndefined();
    expect(textOf(refused)).toBe('UNKNOWN_NODE: No node is called "gpu-9".\nhint: Did you mean gpu-1?');
    expect(textOf(await session.call('node_fail', { how: 'defect' }))).toMatch(/^DEFECT: x is not a function/);
    expect((await session.call('node_fail', { how: 'ok' })).isError).toBeFalsy();
  });

  test('is told which input is wrong', async () => {
    const answer = await session.call('node_fail', { how: 'somehow' });
    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toMatch(/^USAGE: .*how/);
    const misspelt = await session.call('log_tail', { node: 'gpu-1', servise: 'llama' });
    expect(textOf(misspelt)).toContain('did you mean service?');
  });

  test('is told the nearest tool when there is none of that name', async () => {
    await expect(session.call('node_triag')).rejects.toThrow('Did you mean node_triage?');
  });

  test('sees progress, and a sign of life while nothing is said', async () => {
    const impatient = await connect(program, ['mcp-impatient']);
    onTestFinished(() => impatient.close());
    const said: string[] = [];
    const counts: number[] = [];
    const stop = new AbortController();
    const call = impatient.call(
      'node_wait',
      {},
      {
        signal: stop.signal,
        onprogress({ progress, message = '' }) {
          said.push(message);
          counts.push(progress);
        },
      },
    );
    call.catch(() => undefined);
    await vi.waitFor(() => expect(said.length).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
    stop.abort();
    await expect(call).rejects.toThrow(/abort/i);
    expect(said[0]).toBe('gpu-1: connecting');
    expect(said[2]).toMatch(/^gpu-1: connecting \(\d+ s\)$/);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(new Set(counts).size).toBe(counts.length);
  });

  test('can cancel a call down to the app, and go on', async () => {
    const before = program.notes().filter((line) => line === 'cleaned up').length;
    const stop = new AbortController();
    const onprogress = vi.fn<() => void>();
    const call = session.call('node_wait', {}, { signal: stop.signal, onprogress });
    call.catch(() => undefined);
    await vi.waitFor(() => expect(onprogress).toHaveBeenCalled(), { timeout: 10_000 });
    stop.abort();
    await expect(call).rejects.toThrow(/abort/i);
    await vi.waitFor(
      () => expect(program.notes().filter((line) => line === 'cleaned up')).toHaveLength(before + 1),
      20_000,
    );
    expect((await session.call('node_fail', { how: 'ok' })).isError).toBeFalsy();
  });

  test('reads evidence by its id, and is told when there is none', async () => {
    expect(await session.templates()).toMatchObject([{ uriTemplate: 'rackhand://evidence/{id}' }]);
    expect((await session.read('rackhand://evidence/run-1'))[0]?.text).toContain('83%');
    expect((await session.resources()).map(({ uri }) => uri)).toContain('rackhand://evidence/run-1');
    await expect(session.read('rackhand://evidence/run-2')).rejects.toThrow(/not found/i);
  });

  test('gets a long report short, with the number of what is missing and a link to all of it', async () => {
    const answer = await session.call('log_tail', { node: 'gpu-1', service: 'llama', lines: 2_000 });
    const text = textOf(answer);
    expect(text.length).toBeLessThanOrEqual(8_000);
    const left = Number(/Left out to stay short: (\d+) lines/.exec(text)?.[1]);
    const shown = text.split('\n').filter((line) => line.startsWith('  | '));
    expect(shown.length + left).toBe(2_000);
    expect(shown.at(-1)).toBe('  | line 2000 of a log');
    const link = answer.content.find(({ type }) => type === 'resource_link');
    const [whole] = await session.read(link?.uri ?? '');
    expect(whole?.text?.split('\n').filter((line) => line.startsWith('  | '))).toHaveLength(2_000);
  });
});
