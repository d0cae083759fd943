import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import { createApp, type App } from '../../src/app.ts';
import { reportSchema } from '../support/report-schema.ts';
import type { Report } from '../../src/core/report.ts';
import { tools } from '../../src/tools/index.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let app: App;
const state = mkdtempSync(join(tmpdir(), 'rackhand-state-'));

beforeAll(async () => {
  process.env['RACKHAND_STATE'] = state;
  sandbox = await startSandbox();
  app = await createApp({ fleetPath: sandbox.fleetPath });
  await until(async () => ((await restartsOfLlama()) ?? 0) > 1, 60_000);
});

afterAll(async () => {
  await app.close();
  await sandbox.stop();
  rmSync(state, { recursive: true });
});

/** Whether a process of this sandbox runs a program of this name. */
const runs = (program: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${sandbox.folder}/machine/${program}`)
      );
    } catch {
      return false;
    }
  });

const restartsOfLlama = async () => (await sandbox.services()).find(({ name }) => name === 'llama')?.restarts;

const driven = new Set<string>();

/** Every answer has the shape that its tool promises. */
async function call(name: string, input: object = {}): Promise<Report> {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  const report = await app.call(tool, input, { signal: new AbortController().signal, onProgress: () => undefined });
  reportSchema(tool).parse(JSON.parse(JSON.stringify(report)));
  driven.add(name);
  return report;
}

describe('over a real SSH connection to the sandbox node', () => {
  test('node_triage names the truncated model as the cause and what suffers from it', async () => {
    const report = await call('node_triage', { nodes: ['sandbox'] });
    expect(report.status).toBe('critical');
    expect(report.summary).toContain('is truncated');
    expect(report.summary).toContain('llama and api suffer from it');
    const [cause] = report.findings;
    expect(cause).toMatchObject({
      role: 'cause',
      check: 'model.complete',
      service: 'llama',
      restartHelps: 'after-fix',
    });
    expect(report.findings.filter(({ role }) => role === 'consequence').map(({ service }) => service)).toContain('api');
    expect(report.notes).toContain('sandbox: SIMULATED, not real: gpu.');
    expect(report.next).toContainEqual(expect.objectContaining({ tool: 'model_verify' }));
    const evidence = await app.evidence(cause?.evidence[0] ?? '');
    expect(evidence?.text).toContain(sandbox.model);
  });

  test('node_triage in full also shows what is well', async () => {
    const report = await call('node_triage', { nodes: ['role=compute'], detail: 'full' });
    expect(report.findings.some(({ status }) => status === 'ok')).toBe(true);
  });

  test('fleet_list asks nobody', async () => {
    const report = await call('fleet_list');
    expect(report.data).toMatchObject({ nodes: [{ node: 'sandbox', labels: { role: 'compute' }, gpus: 1 }] });
  });

  test('fleet_check reaches the node and finds that it lacks nothing', async () => {
    const report = await call('fleet_check');
    expect(report).toMatchObject({ status: 'ok', data: { nodes: [{ node: 'sandbox', reached: true, lacks: [] }] } });
  });

  test('service_list shows what pm2 says, declared or not', async () => {
    const report = await call('service_list');
    expect(report.data).toMatchObject({
      services: expect.arrayContaining([
        expect.objectContaining({ service: 'api', manager: 'pm2', state: 'running' }),
        expect.objectContaining({ service: 'llama', manager: 'pm2' }),
      ]),
      unreachable: [],
    });
  });

  test('log_tail reads what the service wrote, and only lines that hold the string', async () => {
    const report = await call('log_tail', {
      node: 'sandbox',
      service: 'llama',
      lines: 3,
      grep: 'corrupted or incomplete',
    });
    const lines = report.show.flatMap((part) => (part.kind === 'remote' ? part.lines : []));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => line.includes('corrupted or incomplete'))).toBe(true);
  });

  test('log_search counts how often the service said that its model is cut off, and names it', async () => {
    const report = await call('log_search', { node: 'sandbox', service: 'llama' });
    expect(report.summary).toContain('LL-TRUNC');
    expect(report.notes).toContain('sandbox: SIMULATED, not real: gpu.');
    const { entries, cursor } = report.data as { entries: { signature: string; count: number }[]; cursor: string };
    const truncated = entries.filter(({ signature }) => signature === 'LL-TRUNC');
    expect(truncated.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(1);
    const next = await call('log_search', { node: 'sandbox', service: 'llama', cursor });
    const after = (next.data as { logs: { lines: number }[] }).logs.reduce((sum, { lines }) => sum + lines, 0);
    const before = (report.data as { logs: { lines: number }[] }).logs.reduce((sum, { lines }) => sum + lines, 0);
    expect(after).toBeLessThan(before);
  });

  test('gpu_status shows the simulated GPU and says that it is one', async () => {
    const report = await call('gpu_status');
    expect(report.data).toMatchObject({
      gpus: [{ node: 'sandbox', gpu: 0, name: expect.stringContaining('Simulated') }],
    });
    expect(report.notes).toContain('sandbox: SIMULATED, not real: gpu.');
  });

  test('an nvidia-smi that hangs is critical, what it would have told unknown, and it does not stay behind on the node', async () => {
    const hangs = join(sandbox.folder, 'home', 'nvidia-smi-hangs');
    writeFileSync(hangs, '');
    const report = await call('gpu_status');
    rmSync(hangs);
    expect(report.status).toBe('critical');
    expect(report.findings).toContainEqual(
      expect.objectContaining({ check: 'gpu.wedged', role: 'cause', summary: expect.stringContaining('20 s') }),
    );
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'gpu.ecc', status: 'unknown' }));
    await until(() => !runs('nvidia-smi'));
  });

  test('health_check reads the body of a 503 and does not blame the api', async () => {
    const report = await call('health_check', { service: 'api' });
    expect(report).toMatchObject({ status: 'degraded', data: { endpoints: [{ service: 'api', status: 'degraded' }] } });
    expect(report.summary).toContain('do not restart it');
  });

  test('model_verify finds the truncated file, and finds it whole once it is', async () => {
    expect(await call('model_verify')).toMatchObject({
      status: 'critical',
      data: { models: [{ path: sandbox.model, status: 'critical' }] },
    });
    copyFileSync(sandbox.wholeModel, sandbox.model);
    // A look of a few seconds ago still proves that it grew.
    await vi.waitFor(async () => expect(await call('model_verify')).toMatchObject({ status: 'ok' }), 40_000);
  });

  test('fleet_discover writes what pm2 runs there as an entry of the fleet file', async () => {
    const { data, notes } = await call('fleet_discover', { node: 'sandbox' });
    const { entry } = data as { entry: string };
    expect(entry).toMatch(/^ {2}sandbox:\n/);
    for (const name of ['llama', 'api', 'worker']) expect(entry).toContain(`      ${name}: #`);
    expect(entry).toContain('manager: pm2');
    expect(notes).toContain('sandbox: SIMULATED, not real: gpu.');
  });

  test('queue_check has nothing to say of a node without queues', async () => {
    expect(await call('queue_check')).toMatchObject({ data: { queues: [] } });
  });

  test('what generates pictures is not declared there, and nothing is said to be well', async () => {
    expect(await call('comfyui_health')).toMatchObject({ status: 'unknown' });
    expect(await call('comfyui_storage')).toMatchObject({
      notes: expect.arrayContaining([expect.stringMatching(/No node declares/)]),
    });
    const { data } = await call('comfyui_workflows');
    expect((data as { workflows: object[] }).workflows.length).toBeGreaterThan(5);
  });

  test('llm_models lists what its llama-server would write with, or says why not', async () => {
    const { data } = await call('llm_models', { nodes: ['sandbox'] });
    expect(data).toMatchObject({ models: expect.any(Array) });
  });

  test('playbook_plan puts the questions of a playbook to the node, and playbook_list says which there are', async () => {
    expect(await call('playbook_plan', { playbook: 'validate', nodes: ['sandbox'] })).toMatchObject({
      data: { playbook: 'validate', nodes: [{ node: 'sandbox', state: 'checked', runs: [] }] },
    });
    const { data } = await call('playbook_list', { kind: 'llama' });
    const { playbooks } = data as { playbooks: { playbook: string; kinds: string[] }[] };
    expect(playbooks.map(({ playbook }) => playbook)).toContain('gpu_reattach');
    expect(playbooks.every(({ kinds }) => kinds.includes('llama'))).toBe(true);
  });

  test('service_restart waits for a person, restarts once they have said yes, and is told of as a run', async () => {
    const input = { node: 'sandbox', service: 'worker', why: 'a test' };
    const waiting = await call('service_restart', input);
    expect(waiting).toMatchObject({ status: 'not_applicable', data: { state: 'awaiting_approval' } });
    const { set } = await app.approvals.proposed(waiting.change?.digest ?? '');
    await app.approvals.give(set, { by: 'cli:ben', how: 'terminal' });
    const done = await call('service_restart', input);
    expect(done).toMatchObject({ status: 'ok', data: { state: 'verified' } });
    expect(done.notes).toContain('sandbox: SIMULATED, not real: gpu.');
    const { run } = done.data as { run: string };
    expect(await call('run_list')).toMatchObject({ data: { runs: [{ run, state: 'verified', node: 'sandbox' }] } });
    expect(await call('run_show', { run })).toMatchObject({
      data: { approvedBy: 'cli:ben', why: 'a test', steps: [{ step: 1, how: 'done and proven' }] },
    });
    expect(await call('run_report', { run })).toMatchObject({ data: { run, node: 'sandbox', state: 'verified' } });
  });

  test('every tool that looks was driven', () =>
    expect(
      tools.filter(({ name, effect }) => effect === 'observe' && !driven.has(name)).map(({ name }) => name),
    ).toEqual([]));
});

describe('what is not there is refused with the names that are', () => {
  test.each([
    ['node_triage', { nodes: ['sandbux'] }, 'UNKNOWN_NODE', 'Did you mean sandbox?'],
    ['node_triage', { nodes: ['role=nothing'] }, 'UNKNOWN_NODE', 'sandbox'],
    ['log_tail', { node: 'sandbox', service: 'lama' }, 'UNKNOWN_SERVICE', 'Did you mean llama?'],
    ['log_tail', { node: 'sandbox', file: '/etc/shadow' }, 'UNKNOWN_FILE', 'It declares'],
    ['log_tail', { node: 'sandbox' }, 'USAGE', 'llama'],
    ['log_tail', { node: 'sandbox', service: 'llama', since: 'noon' }, 'USAGE', ''],
    ['log_search', { node: 'sandbox', service: 'lama' }, 'UNKNOWN_SERVICE', 'Did you mean llama?'],
    ['log_search', { node: 'sandbox', service: 'llama', file: '/etc/shadow' }, 'UNKNOWN_FILE', 'It declares'],
    ['log_search', { node: 'sandbox', cursor: '../../etc/shadow' }, 'USAGE', 'Leave it out'],
    ['log_search', { node: 'sandbox', until: 'noon' }, 'USAGE', ''],
    ['log_search', { node: 'sandbox', regex: '(' }, 'USAGE', 'grep'],
    ['health_check', { service: "x'; rm -rf / #\n\u202e" }, 'UNKNOWN_SERVICE', 'It declares: llama, api, worker'],
    ['gpu_status', { node: 'sandbox' }, 'USAGE', 'gpu_status takes: nodes, detail'],
  ])('%s %j', async (name, input, code, hint) => {
    await expect(call(name, input)).rejects.toMatchObject({ code });
    expect((await call(name, input).catch((error: { hint?: string }) => error.hint)) ?? '').toContain(hint);
  });
});
