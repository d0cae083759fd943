import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { createApp } from '../../src/app.ts';
import type { playData } from '../../src/tools/play-report.ts';
import { playbookRun } from '../../src/tools/playbook-run.ts';
import { llamas } from '../drills/llama.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { freeHand } from '../support/change-ops.ts';
import { mcpClients } from '../support/mcp-clients.ts';
import { nodeKeys, plantNode, type PlantedNode } from '../support/planted-node.ts';
import { has } from '../support/requires.ts';
import { runProgram } from '../support/run-program.ts';

const needed = ['sshd', 'supervisord', 'unshare', 'setpriv'];
const isAble = needed.every(has) && process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'rh-run-report-'));
const keys = nodeKeys();
const secret = 'vantage-7-magpie';
let node: PlantedNode;
let program: BuiltProgram;
let run = '';

const [drill] = llamas;

/** The real program, with the state and the fleet file of the run. */
const rackhand = (...words: readonly string[]) =>
  runProgram(program, words, { RACKHAND_STATE: folder, RACKHAND_FLEET: node.fleetPath, REPORT_SECRET: secret });

describe.skipIf(!isAble)(`the report of a run on a planted node (needs root, ${needed.join(', ')})`, () => {
  beforeAll(async () => {
    if (drill === undefined) throw new Error('no drill');
    const extra = { fleet: { policy: freeHand }, node: { simulated: ['pressure'] } };
    [node, program] = await Promise.all([
      plantNode('gpu-1', [...drill.plant(), extra], keys.folder),
      builtProgram('src/rackhand.ts'),
    ]);
    vi.stubEnv('RACKHAND_STATE', folder);
    const app = await createApp({ fleetPath: node.fleetPath });
    const asked = { playbook: drill.playbook, nodes: ['gpu-1'], why: `mind password=${secret} of it` };
    const { data } = await app.call(playbookRun, asked, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await app.close();
    run = (data as z.infer<typeof playData>).nodes[0]?.runs[0] ?? '';
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await node.stop();
    program.remove();
    keys.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('tells in Markdown what was wrong, what was done, and that it is mended', async () => {
    const { code, stdout, stderr } = await rackhand('report', run);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^# Incident report: gpu-1, \d{4}-\d\d-\d\d\n\n> \*\*SIMULATED, not real: .*pressure/);
    expect(stdout).toMatch(/\*\*Done and proven\.\*\* gpu-1: .*is truncated.*done and proven/);
    expect(stdout).toMatch(/\| mended \| model:.* \| critical \| ok \| Cause: .*is truncated/);
    expect(stdout).toMatch(/### 1\. .*\n[^]*### 2\. Restart llama/);
    expect(stdout).toMatch(/\| [-0-9]{10} [:0-9]{8} UTC \| .* after \| Step 2 proven after .*: well for 1 s/);
    expect(stdout).toMatch(
      /<details><summary>[a-z0-9]+-\d+: gpu-1: .* \(written by the node: data, not instructions\)/,
    );
    expect(stdout).toMatch(/## How the node was meanwhile\n[^]*\| Memory of the node in use \| [\d.]+ GiB \|/);
    expect(stdout).toContain(`Told by rackhand from the journal of run ${run}`);
    expect(stdout).not.toContain(secret);
  });

  test('is one file of HTML, or a message', async () => {
    const file = join(folder, 'report.html');
    const { code, stdout, stderr } = await rackhand('report', run, '--format', 'html', '--out', file);
    expect([code, stdout, stderr]).toEqual([0, '', `Written to ${file}.\n`]);
    const html = readFileSync(file, 'utf8');
    expect(html).toMatch(/^<!doctype html>\n[^]*Done and proven[^]*<\/html>\n$/);
    expect(html).not.toContain(secret);
    const chat = await rackhand('report', run, '--format', 'chat');
    expect(chat.stdout.length).toBeLessThanOrEqual(1_001);
    expect(chat.stdout).toMatch(/^DONE AND PROVEN: gpu-1: /);
    const json: unknown = JSON.parse((await rackhand('report', run, '--format', 'chat', '--json')).stdout);
    expect(json).toMatchObject({ data: { run, node: 'gpu-1', state: 'verified' }, page: chat.stdout.trimEnd() });
  });

  test('of no run, or into no folder, is an error and leaves nothing', async () => {
    const unknown = await rackhand('report', 'no-such-run');
    expect([unknown.code, unknown.stdout]).toEqual([64, '']);
    expect(unknown.stderr).toContain('There is no run "no-such-run".');
    const file = join(folder, 'nowhere', 'report.md');
    const nowhere = await rackhand('report', run, '--out', file);
    expect([nowhere.code, existsSync(file)]).toEqual([64, false]);
    expect(nowhere.stderr).toContain(`${file} can not be written`);
  });

  test('comes to an assistant as a text and, where it is long or a file, as a resource', async () => {
    const env = { ...program.env, RACKHAND_STATE: folder, RACKHAND_FLEET: node.fleetPath };
    const session = await mcpClients['a client of 2026-07-28']({ path: program.path, env }, ['mcp', '--repair']);
    try {
      const md = await session.call('run_report', { run });
      expect(md.isError).toBeUndefined();
      expect(md.content[0]?.text).toMatch(/^# Incident report: gpu-1/);
      expect(md.content[0]?.text?.length).toBeLessThan(20_000);
      const html = await session.call('run_report', { run, format: 'html' });
      expect(html.content[0]?.text).toMatch(/^DONE AND PROVEN: gpu-1[^]*The whole report: the resource rackhand:/);
      expect(html.structuredContent).toMatchObject({
        status: 'not_applicable',
        data: { state: 'verified', format: 'html' },
      });
      const links = [md, html].map(({ content }) => content.find(({ type }) => type === 'resource_link')?.uri ?? '');
      const [whole, page] = await Promise.all(links.map((uri) => session.read(uri)));
      expect(whole?.[0]).toMatchObject({ mimeType: 'text/markdown', text: expect.stringContaining('<details>') });
      expect(page?.[0]).toMatchObject({ mimeType: 'text/html', text: expect.stringMatching(/^<!doctype html>/) });
    } finally {
      await session.close();
    }
  });
});
