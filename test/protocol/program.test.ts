import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { toolEntry } from '../../src/tool-schema.ts';
import { toolOfPlaybook } from '../../src/tools/tool-of-playbook.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { mcpClients } from '../support/mcp-clients.ts';
import { runProgram } from '../support/run-program.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

describe('the program as it is built', () => {
  const lists = [
    [
      'the list of the catalog and the playbooks that mend',
      ['--repair', '--generate'],
      [...catalog, ...playbooks.filter(({ name }) => !name.startsWith('comfyui_')).map(toolOfPlaybook)],
    ],
    ['what looks, and the restart', [], catalog.filter(({ toolset }) => toolset === undefined)],
  ] as const;
  test.each(
    Object.entries(mcpClients).flatMap(([name, connect]) => lists.map((list) => [name, ...list, connect] as const)),
  )('shows %s %s, in its order', async (_client, _list, words, shown, connect) => {
    const session = await connect(program, ['mcp', ...words]);
    const listed = await session.tools();
    await session.close();
    const entries = shown.map(toolEntry);
    expect(listed.map(({ name }) => name)).toEqual(entries.map(({ name }) => name));
    expect(listed).toMatchObject(JSON.parse(JSON.stringify(entries)));
  });

  test('asks nobody for a yes where a playbook has nothing to change', async () => {
    const { stdout, stderr, code } = await runProgram(program, ['playbook', 'run', 'validate', 'local', '--json']);
    const report = JSON.parse(stdout) as { status: string };
    expect(report).toMatchObject({ data: { nodes: [{ node: 'local', state: 'checked', runs: [] }] } });
    expect(code).toBe({ ok: 0, degraded: 1, critical: 2, unknown: 3 }[report.status]);
    expect(stderr).not.toContain('say yes');
  });

  test('looks at this machine without a fleet file, over MCP and on the command line alike', async () => {
    const session = await mcpClients['a client that negotiates'](program, ['mcp']);
    await session.tools();
    const answer = await session.call('node_triage', { nodes: ['local'] });
    await session.close();
    expect(answer.isError).toBeFalsy();
    expect(answer.structuredContent).toMatchObject({ data: { nodes: [{ node: 'local' }] } });
    const { stdout, code } = await runProgram(program, ['triage', 'local', '--json']);
    const report = JSON.parse(stdout) as { status: string };
    expect(report).toMatchObject({ data: { nodes: [{ node: 'local' }] } });
    expect(code).toBe({ ok: 0, degraded: 1, critical: 2, unknown: 3 }[report.status]);
  });

  test('without a fleet file says where it looked for one', async () => {
    const { code, stderr } = await runProgram(program, ['fleet', 'list']);
    expect(code).toBe(78);
    expect(stderr).toContain('hint: ');
  });

  test('prints the schema of the fleet file', async () => {
    const { stdout } = await runProgram(program, ['fleet', 'schema']);
    expect(JSON.parse(stdout)).toMatchObject({ properties: { nodes: expect.any(Object) } });
  });

  test.each(['18.20.4', '20.18.3', '21.7.3', '22.11.0', '23.1.0'])(
    'under Node %s says what it needs',
    async (version) => {
      const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'${version}'}})`;
      const { code, stdout, stderr } = await runProgram(program, ['--version'], { NODE_OPTIONS: `--import=${older}` });
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toMatch(/^error: rackhand needs Node 20\.19, 22\.12 or 24/);
    },
  );
});
