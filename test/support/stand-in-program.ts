// A program with the real faces over an app that is written: it knows no node, and its tools do what a test asks of them.
import { appendFileSync } from 'node:fs';
import { z } from 'zod';
import type { App } from '../../src/app.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { localNode } from '../../src/config/local-node.ts';
import { OpsError } from '../../src/core/errors.ts';
import { policySchema } from '../../src/core/policy.ts';
import type { Report, Status } from '../../src/core/report.ts';
import { defineTool, detailInput, nodeInput, nodesInput, type AnyTool } from '../../src/core/tool.ts';
import { serveMcp } from '../../src/server.ts';
import { toolEntry } from '../../src/tool-schema.ts';
import { toolInput } from '../../src/tool-input.ts';
import { truncatedModel } from './stand-in-report.ts';

/** What the app was told, one line each, for the test that started this. */
const note = (line: string) => appendFileSync(process.env['STAND_IN_NOTES'] ?? '/dev/null', `${line}\n`);

const unused = () => Promise.reject(new Error('the stand-in app answers itself'));
const data = z.looseObject({});

const tools: readonly AnyTool[] = [
  defineTool({
    name: 'node_triage',
    title: 'Triage nodes',
    summary: 'Answers with a report that is written.',
    effect: 'observe',
    input: z.object({ nodes: nodesInput, detail: detailInput }),
    data: z.object({ nodes: z.array(z.looseObject({ node: z.string() })) }),
    cli: { positional: ['nodes'], alias: 'triage' },
    run: unused,
  }),
  defineTool({
    name: 'log_tail',
    title: 'Read a log',
    summary: 'Answers with as many lines as it is asked for.',
    effect: 'observe',
    input: z.object({
      node: nodeInput,
      service: z.string().describe('Service name'),
      lines: z.int().min(1).default(10).describe('How many lines'),
      maxBytes: z.int().optional().describe('At most this many bytes'),
      follow: z.boolean().default(false).describe('Says that it follows'),
    }),
    data,
    cli: { positional: ['node', 'service'] },
    run: unused,
  }),
  defineTool({
    name: 'node_wait',
    title: 'Wait',
    summary: 'Says one thing and waits until it is cancelled.',
    effect: 'observe',
    input: z.object({}),
    data,
    cli: { positional: [] },
    run: unused,
  }),
  defineTool({
    name: 'node_fail',
    title: 'Fail',
    summary: 'Fails as it is asked to.',
    effect: 'observe',
    input: z.object({ how: z.enum(['refused', 'defect', 'degraded', 'unknown', 'ok']).describe('In which way') }),
    data,
    cli: { positional: ['how'] },
    run: unused,
  }),
];

const plain = (status: Status, summary: string, show: Report['show'] = []): Report => ({
  summary,
  status,
  findings: [],
  next: [],
  notes: [],
  data: {},
  show,
});

const app: App = {
  async call(tool, given, { signal, onProgress }) {
    const input = toolInput(tool, given);
    note(`call ${tool.name} ${JSON.stringify(input)}`);
    if (tool.name === 'node_triage') return truncatedModel;
    if (tool.name === 'log_tail') {
      const lines = Array.from({ length: Number(input['lines']) }, (_, at) => `line ${at + 1} of a log`);
      if (input['follow'] === true) for (const line of lines) onProgress('log of llama', [line]);
      return plain('ok', 'gpu-1 wrote it.', [{ kind: 'remote', title: 'log of llama', lines }]);
    }
    if (tool.name === 'node_wait') {
      onProgress('gpu-1: connecting');
      // As an open connection does, this keeps the process alive.
      const connection = setInterval(() => undefined, 1_000);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      clearInterval(connection);
      // As when the processes on a node take a moment to end.
      await new Promise((resolve) => setTimeout(resolve, 20));
      note('cleaned up');
      throw new OpsError('CANCELLED', 'Cancelled.');
    }
    if (input['how'] === 'refused')
      throw new OpsError('UNKNOWN_NODE', 'No node is called "gpu-9".', { hint: 'Did you mean gpu-1?' });
    if (input['how'] === 'defect') throw new TypeError('x is not a function');
    return plain(input['how'] as Status, 'As asked.');
  },
  evidence: async (id) =>
    id === 'run-1' ? { id, title: 'gpu-1: df', text: 'Filesystem\n\u001b[31m/dev/sda1\u001b[0m 83%\n' } : undefined,
  recentEvidence: () => [{ id: 'run-1', title: 'gpu-1: df' }],
  offeredKey: async () => ({
    host: '127.0.0.1',
    port: 2222,
    type: 'ssh-ed25519',
    fingerprint: 'SHA256:abc',
    add: async () => {
      note('key filed');
      return '/home/me/.ssh/known_hosts';
    },
  }),
  policyOf: async (name) => ({
    node: { ...localNode(), name },
    policy: policySchema.parse({ rules: [{ decide: 'deny', when: { node: 'gpu-1' }, why: 'It is theirs.' }] }),
    rulePlaces: ['/fleet.yaml:7'],
  }),
  principal: 'mcp:test',
  audit: { verify: unused, show: unused },
  playbooks: { own: async () => ({ playbooks: [], brokenPlaybooks: [] }), check: unused, begin: unused },
  approvals: { list: async () => [], proposed: unused, give: unused },
  close: async () => note('closed'),
};

const openApp = async (options: { fleetPath?: string | undefined } = {}) => {
  note(`opened ${options.fleetPath ?? ''}`.trim());
  return app;
};

const faces = { tools: async () => tools, openApp };
const [first] = process.argv.slice(2);
const status =
  first === 'mcp-impatient'
    ? await serveMcp({
        ...faces,
        toolList: tools.map(toolEntry),
        signal: new AbortController().signal,
        heartbeatMs: 30,
      }).then(() => 0)
    : await runCli({
        ...faces,
        toolList: async () => tools.map((tool) => ({ entry: toolEntry(tool) })),
        words: process.argv.slice(2),
      });
process.stdout.write('', () => process.exit(status));
