import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { capture, type Capture } from '../../../src/core/capture.ts';
import { http, read, run } from '../../../src/core/command.ts';
import { createEvidence } from '../../../src/engine/evidence.ts';

const folder = join(mkdtempSync(join(tmpdir(), 'rackhand-')), 'evidence');
afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

const observation = (text: string) => ({
  node: 'gpu-1',
  bootId: 'b',
  probe: 'node.memory',
  ask: read('/proc/meminfo').ask,
  reply: { ok: true as const, bytes: new TextEncoder().encode(text), offset: 0, size: 0, at: 0, ms: 1 },
});

test('a later process finds what a report rests on and the texts it left out, and nothing else', async () => {
  const first = createEvidence(folder, () => ['s3cr3t-value']);
  const saved = first.record(observation('MemFree: 1 kB'));
  const dropped = first.record(observation('MemFree: 2 kB'));
  const text = first.keep('gpu-1', 'log', 'line with s3cr3t-value');
  await first.save([saved]);
  const later = createEvidence(folder, () => []);
  expect(await later.find(saved)).toMatchObject({ id: saved, text: expect.stringContaining('MemFree: 1 kB') });
  expect(await later.find(text)).toEqual({ id: text, title: 'gpu-1: log', text: 'line with [redacted]' });
  expect(await later.find(dropped)).toBeUndefined();
  expect(await later.find('../../etc/passwd-1')).toBeUndefined();
});

test('of the texts that reports leave out a run writes no more than 16 MiB', async () => {
  const own = join(folder, '..', 'texts');
  const evidence = createEvidence(own, () => []);
  const large = 'x'.repeat(7 * 1024 ** 2);
  const ids: string[] = [];
  for (let call = 0; call < 3; call += 1) {
    ids.push(evidence.keep('gpu-1', `text ${call}`, large));
    await evidence.save([]);
  }
  const later = createEvidence(own, () => []);
  expect(await Promise.all(ids.map(async (id) => (await later.find(id)) !== undefined))).toEqual([true, true, false]);
});

test.each([
  ['a word that has to be quoted', run(['printf', "it's hush hush"]).ask, "it's hush hush"],
  ['a URL, encoded', http('http://127.0.0.1/q?key=it%27s%20hush%20hush').ask, 'it%27s'],
])('a secret in %s is not kept', (_where, ask, part) => {
  const evidence = createEvidence(folder, () => ["it's hush hush"]);
  evidence.record({ ...observation('x'), ask });
  expect(JSON.stringify(evidence.recent())).not.toContain('hush');
  expect(JSON.stringify(evidence.recent())).not.toContain(part);
});

test('only the owner can read it', () => {
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

test('memory stays bounded: the oldest go first', async () => {
  const evidence = createEvidence(folder, () => []);
  const large = 'x'.repeat(9 * 1024 ** 2);
  const ids = [1, 2, 3, 4].map((index) => evidence.keep('gpu-1', `text ${index}`, large));
  expect(await evidence.find(ids[0] ?? '')).toBeUndefined();
  expect(await evidence.find(ids[3] ?? '')).toBeDefined();
});

test('of an answer that is hidden only its length is kept', async () => {
  const evidence = createEvidence(folder, () => []);
  const bytes = new TextEncoder().encode('DATABASE=plain-words-that-no-rule-knows');
  const reply = { ok: true as const, bytes, offset: 0, size: 0, at: 0, ms: 1 };
  const asked = { node: 'gpu-1', bootId: 'b', probe: 'service.environ', reply };
  const hidden = evidence.record({ ...asked, ask: read('/proc/1/environ', { hidden: true }).ask });
  const plain = evidence.record({ ...asked, ask: read('/proc/1/environ').ask });
  expect((await evidence.find(hidden))?.text).toContain('[39 bytes that are not kept]');
  expect((await evidence.find(hidden))?.text).not.toContain('plain-words');
  expect((await evidence.find(plain))?.text).toContain('plain-words');
});

test('of JSON the hidden members are not kept, and of what is none nothing is', async () => {
  const evidence = createEvidence(folder, () => []);
  const environment = 'TOKEN_FOR_THE_HUB=plain-words-that-no-rule-knows';
  const body = JSON.stringify({
    Name: 'llama',
    Config: { Env: [environment], Image: 'ollama' },
    Env: { a: environment },
  });
  const { ask } = http('http://engine/containers/llama/json', { hidden: ['Env'] });
  const shown = async (text: Capture) => {
    const reply = { ok: true as const, status: 200, headers: {}, body: text, at: 0, ms: 1 };
    const id = evidence.record({ node: 'gpu-1', bootId: 'b', probe: 'container.inspect', ask, reply });
    return (await evidence.find(id))?.text;
  };
  expect(await shown(capture(body))).toContain(
    '{"Name":"llama","Config":{"Env":"not kept","Image":"ollama"},"Env":"not kept"}',
  );
  const cut = { head: body.slice(0, 80), tail: body.slice(-9), totalBytes: 1_000, omittedBytes: 911 };
  for (const broken of [cut, capture(body.slice(0, -1))]) {
    expect(await shown(broken)).toMatch(/HTTP 200\n\[\d+ bytes that are not kept\]$/);
  }
});
