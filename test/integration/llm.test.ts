import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import type { Report } from '../../src/core/report.ts';
import type { answerRow } from '../../src/tools/llm-answer.ts';
import { llmChat } from '../../src/tools/llm-chat.ts';
import { llmEmbed } from '../../src/tools/llm-embed.ts';
import { llmModels } from '../../src/tools/llm-models.ts';
import { llmProbe } from '../../src/tools/llm-probe.ts';
import { createTransports } from '../../src/transport/transports.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps } from '../support/change-ops.ts';
import { has } from '../support/requires.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { freePort, sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { standInLlama } from '../support/stand-in-llama.ts';
import { standInOllama } from '../support/stand-in-ollama.ts';

const secret = 'ghp_secretOfAPrompt0123456789abcdefghij';
const transport = createTransports();
const state = mkdtempSync(join(tmpdir(), 'rh-llm-'));
let sshd: Sshd;
let ollama: Awaited<ReturnType<typeof standInOllama>>;
let llama: Awaited<ReturnType<typeof standInLlama>>;
let closed: number;

type Chat = Report<{ answers: z.infer<typeof answerRow>[] }>;

beforeAll(async () => {
  if (!has('sshd')) return;
  [sshd, ollama, llama, closed] = await Promise.all([
    startSshd(),
    standInOllama(['qwen:7b'], { also: ['mistral:latest'] }),
    standInLlama(),
    freePort(),
  ]);
});
afterEach(() => {
  Object.assign(ollama.state, { fault: undefined, gpuPart: 1, loaded: ['qwen:7b'] });
  Object.assign(llama.state, { fault: undefined, ready: true, embeds: false });
});
afterAll(async () => {
  await transport.close();
  await Promise.all([sshd?.stop(), ollama?.close(), llama?.close()]);
  rmSync(state, { recursive: true, force: true });
});

const services = () => ({
  ollama: { kind: 'ollama', manager: 'none', gpu: true, health: [{ url: ollama.url }] },
  llama: { kind: 'llama', manager: 'none', health: [{ url: llama.url }] },
  gone: { kind: 'other', speaks: 'openai', manager: 'none', health: [{ url: `http://127.0.0.1:${closed}/` }] },
  web: { kind: 'api', manager: 'none', health: [{ url: llama.url }] },
});

const opened = (more: Partial<Parameters<typeof changeOps>[0]> = {}) =>
  changeOps({ state, transport, nodes: [sshNode(sshd, { services: services() })], actions: [], ...more });

const chat = async (input: object, more?: Partial<Parameters<typeof changeOps>[0]>): Promise<Chat> =>
  await callTool(opened(more).ops, llmChat, { nodes: ['gpu-1'], prompt: 'Why is it slow?', ...input });

const filesOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

describe.skipIf(!has('sshd'))('a model of a stand-in behind a real sshd (needs sshd)', () => {
  test('writes through Ollama, with figures, device and the host of its URL', async () => {
    ollama.state.fault = 'bytes';
    const { summary, status, data, notes, show } = await chat({ service: 'ollama', models: ['qwen:7b'] });
    expect(summary).toMatch(/^qwen:7b on gpu-1 wrote 16 tokens at 40 tokens\/s \(the first after .*, GPU\)\.$/);
    expect(status).toBe('ok');
    expect(data.answers).toMatchObject([
      { promptTokens: 9, tokens: 16, tokensPerSecond: 40, loadSeconds: 0.041, device: 'GPU', failure: null },
    ]);
    expect(data.answers[0]?.text).toMatch(/^\[stand-in\] no model wrote this: Why is it slow\?/);
    expect(show).toMatchObject([{ kind: 'remote', title: 'qwen:7b on gpu-1' }]);
    expect(notes).toEqual([]);
    expect(new Set(ollama.seen.map(({ host }) => host))).toEqual(new Set([ollama.host]));
  });

  test('writes through llama-server, and a node names its model where nobody does', async () => {
    llama.state.fault = 'bytes';
    const { summary, data } = await chat({ service: 'llama', maxTokens: 8 });
    expect(summary).toMatch(/^tiny on gpu-1 wrote 8 tokens at 50 tokens\/s \(the first after [^,]*\)\.$/);
    expect(data.answers).toMatchObject([{ ended: 'length', device: null }]);
  });

  test('goes on from a bare prompt, and says what was cut', async () => {
    const { data, notes } = await chat({ service: 'ollama', raw: true, maxTokens: 6 });
    expect(data.answers).toMatchObject([{ text: '[stand-in] no model wrote this: Why', tokens: 6 }]);
    expect(notes).toEqual(['What qwen:7b on gpu-1 wrote was cut at maxTokens.']);
  });

  test('answers beside others, the fastest named first, and one that fails is a row like them', async () => {
    const { summary, data, show, status } = await chat({ models: ['qwen:7b', 'mistral:latest'] });
    expect(summary).toMatch(/^4 of 6 answered; the fastest: \S+ on gpu-1 wrote .* at 50 tokens\/s/);
    expect(data.answers.filter(({ failure }) => failure === 'not_reached')).toHaveLength(2);
    expect(show[0]).toMatchObject({ kind: 'table', title: 'Side by side', rows: { length: 6 } });
    expect(status).toBe('critical');
  });

  test.each([
    ['ollama', 'midstream', 'runner_died', 'critical'],
    ['ollama', 'stall', 'silent', 'critical'],
    ['ollama', 'cut', 'cut_off', 'critical'],
    ['ollama', 'endless', 'too_long', 'degraded'],
    ['ollama', 'host', 'host_not_allowed', 'degraded'],
    ['ollama', 'queue', 'queue_full', 'degraded'],
    ['ollama', 'memory', 'out_of_memory', 'critical'],
    ['llama', 'midstream', 'server_error', 'critical'],
    ['llama', 'stall', 'silent', 'critical'],
    ['llama', 'cut', 'cut_off', 'critical'],
  ] as const)('that fails is told apart: %s %s is %s', async (service, fault, code, status) => {
    const server = service === 'ollama' ? ollama : llama;
    server.state.fault = fault;
    const report = await chat({ service, models: ['qwen:7b'], idleSeconds: 1 });
    expect(report.data.answers).toMatchObject([{ failure: code }]);
    expect(report).toMatchObject({ status, findings: [{ check: 'llm.answer', subject: `service:${service}` }] });
    expect(report.next.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(server.atWork()).toBe(0), 20_000);
  });

  test('that is not there, or not loaded yet, is named with what helps', async () => {
    const absent = await chat({ service: 'ollama', models: ['llama9'] });
    expect(absent.findings[0]?.summary).toBe(
      "ollama on gpu-1 has no such model (model_not_found): model 'llama9' not found",
    );
    expect(absent.next).toMatchObject([{ tool: 'llm_models', args: { nodes: ['gpu-1'] } }]);
    llama.state.ready = false;
    const early = await chat({ service: 'llama' });
    expect(early.findings[0]?.summary).toContain('still loads its model (loading)');
  });

  test('is held to a schema here as well', async () => {
    const schema = JSON.stringify({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] });
    const fine = await chat({ service: 'ollama', models: ['qwen:7b'], schema });
    expect(fine.data.answers).toMatchObject([{ fits: 'fits', text: '{"city":"[stand-in]"}' }]);
    for (const [service, server] of [
      ['ollama', ollama],
      ['llama', llama],
    ] as const) {
      server.state.fault = 'schema';
      const wrong = await chat({ service, models: ['qwen:7b'], schema });
      expect(wrong).toMatchObject({ status: 'degraded', findings: [{ check: 'llm.schema' }] });
      expect(wrong.data.answers).toMatchObject([{ fits: 'violates' }]);
    }
  });

  test('that spilled over to the CPU says so', async () => {
    ollama.state.gpuPart = 0.5;
    const { data, findings } = await chat({ service: 'ollama' });
    expect(data.answers).toMatchObject([{ device: '50 % on GPU' }]);
    expect(findings).toMatchObject([{ check: 'llm.spill', status: 'degraded' }]);
  });

  test('stops when it is cancelled in the middle, and nothing goes on there', async () => {
    ollama.state.fault = 'stall';
    const given = new AbortController();
    const asked = chat({ service: 'ollama', models: ['qwen:7b'] }, { signal: given.signal });
    await vi.waitFor(() => expect(ollama.atWork()).toBe(1), 20_000);
    given.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(() => expect(ollama.atWork()).toBe(0), 20_000);
  });

  test('over a link that is lost is unknown, and is not asked again', async () => {
    ollama.state.fault = 'stall';
    const before = ollama.seen.filter(({ path }) => path === '/api/chat').length;
    const asked = chat({ service: 'ollama', models: ['qwen:7b'] });
    await vi.waitFor(() => expect(ollama.atWork()).toBe(1), 20_000);
    sshd.killSessions();
    const { status, findings } = await asked;
    expect(status).toBe('unknown');
    expect(findings).toMatchObject([{ check: 'node.reach', status: 'unknown' }]);
    expect(ollama.seen.filter(({ path }) => path === '/api/chat')).toHaveLength(before + 1);
  });

  test('answers thirty-two at once over one login', async () => {
    await chat({ service: 'llama' });
    const logins = sshd.logins();
    const models = Array.from({ length: 32 }, (_, at) => `tiny-${at}`);
    const { data } = await chat({ service: 'llama', models });
    expect(data.answers.filter(({ failure, tokens }) => failure === null && tokens === 32)).toHaveLength(32);
    expect(sshd.logins()).toBe(logins);
  });

  test('leaves where to and how much in the audit, and no word of the prompt or the answer anywhere', async () => {
    const own = scratchFolder().path;
    const { ops, close } = opened({ state: own });
    const input = { nodes: ['gpu-1'], service: 'ollama', models: ['qwen:7b'], prompt: `remember ${secret}` };
    const report = await callTool<Chat['data']>(ops, llmChat, input);
    expect(report.data.answers[0]?.text).toContain(secret);
    await close();
    const kept = filesOf(own);
    expect(kept).toMatch(new RegExp(`POST http://${ollama.host}/api/chat \\(\\d+ bytes\\)`));
    expect(kept).toMatch(/HTTP 200, \d+ bytes/);
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain('no model wrote');
  });

  test('writes nothing where the policy forbids it', async () => {
    const before = ollama.seen.length;
    const policy = { rules: [{ decide: 'deny' as const, when: { action: 'llm.*' }, why: 'People train here.' }] };
    const asked = chat({ service: 'ollama', models: ['qwen:7b'] }, { policy });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_APPROVED', message: 'People train here.' });
    expect(ollama.seen).toHaveLength(before);
  });

  test.each([
    [{ prompt: '' }, 'Nothing is asked'],
    [{ service: 'web' }, 'is a model server'],
    [{ service: 'nope' }, 'nope'],
    [{ tools: '{' }, 'tools is not JSON'],
    [{ messages: '[{"role":"robot"}]' }, 'messages is not as it must be'],
  ])('refuses %j', async (input, says) => {
    await expect(chat(input)).rejects.toThrow(says);
  });

  test('embeds texts in batches, and says where a server can not', async () => {
    const texts = Array.from({ length: 70 }, (_, at) => `text ${at % 2}`);
    const embed = (input: object) =>
      callTool<{ alike: number[]; vectors: number[][]; dimensions: number }>(opened().ops, llmEmbed, {
        node: 'gpu-1',
        texts,
        ...input,
      });
    const before = ollama.seen.filter(({ path }) => path === '/api/embed').length;
    const { data } = await embed({ service: 'ollama', vectors: true });
    expect([data.alike[0], data.alike[2], data.vectors.length, data.dimensions]).toEqual([1, 1, 70, 8]);
    expect(ollama.seen.filter(({ path }) => path === '/api/embed')).toHaveLength(before + 3);
    expect(await embed({ service: 'llama' })).toMatchObject({
      status: 'degraded',
      findings: [{ summary: expect.stringContaining('not_supported') }],
    });
    llama.state.embeds = true;
    expect((await embed({ service: 'llama' })).data).toMatchObject({ vectors: [], dimensions: 8 });
    await expect(embed({})).rejects.toThrow('name the service');
  });

  test('is listed with what is loaded and where it lies', async () => {
    ollama.state.gpuPart = 0;
    const report = await callTool<{ models: unknown[]; servers: unknown[] }>(opened().ops, llmModels, {
      nodes: ['gpu-1'],
    });
    expect(report.data.models).toMatchObject([
      { service: 'ollama', model: 'qwen:7b', loaded: true, gpuBytes: 0, contextTokens: 4_096 },
      { service: 'ollama', model: 'mistral:latest', loaded: false },
      { service: 'llama', model: 'tiny', loaded: true, bytes: 466_688, contextTokens: 256 },
    ]);
    expect(report.data.servers).toMatchObject([
      { release: '0.11.0' },
      { release: 'b0-stand-in', slots: 2 },
      { release: null },
    ]);
    expect(report.findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'llm.spill critical',
      'llm.answer critical',
    ]);
    const one = await callTool(opened().ops, llmModels, { nodes: ['gpu-1'], service: 'ollama', model: 'mistral' });
    expect(one.show).toMatchObject([
      { rows: { length: 1 } },
      { lines: ['context: 32768', 'can: completion, tools', 'stop "[INST]"'] },
    ]);
  });

  test('is measured against its own speed of before, and slowness does not become usual', async () => {
    const own = scratchFolder().path;
    const probe = (input: object = {}) =>
      callTool<{ probes: object[] }>(opened({ state: own }).ops, llmProbe, {
        nodes: ['gpu-1'],
        service: 'ollama',
        ...input,
      });
    ollama.state.perSecond = 40;
    const usual = await probe();
    expect(usual).toMatchObject({ status: 'ok', summary: '1 model of 1 model server wrote.' });
    expect(usual.data.probes).toMatchObject([{ model: 'qwen:7b', tokensPerSecond: 40, usualTokensPerSecond: null }]);
    Object.assign(ollama.state, { perSecond: 4, gpuPart: 0 });
    for (const _ of ['once', 'twice'])
      expect(await probe()).toMatchObject({
        status: 'critical',
        findings: [
          {
            check: 'llm.speed',
            summary: 'qwen:7b on gpu-1 writes at 10 % of its own speed, 4.0 of 40 tokens/s: it is on the CPU',
          },
          { check: 'llm.spill' },
        ],
      });
    Object.assign(ollama.state, { perSecond: 16, gpuPart: 1 });
    expect(await probe()).toMatchObject({ status: 'degraded', findings: [{ check: 'llm.speed' }] });
    expect(await probe({ anew: true })).toMatchObject({ status: 'ok', data: { probes: [{ tokensPerSecond: 16 }] } });
    ollama.state.loaded = [];
    const idle = await probe();
    expect(idle).toMatchObject({ status: 'not_applicable', notes: ['ollama on gpu-1 has no model loaded.'] });
    expect(ollama.state.loaded).toEqual([]);
    expect(await probe({ model: 'llama9' })).toMatchObject({ findings: [{ check: 'llm.answer', status: 'degraded' }] });
  });
});
