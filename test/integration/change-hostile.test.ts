import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { catalog } from '../../src/catalog.ts';
import { OpsError } from '../../src/core/errors.ts';
import { clean } from '../../src/core/text.ts';
import type { AnyTool, ChangeOps } from '../../src/core/tool.ts';
import { fileEdit } from '../../src/tools/file-edit.ts';
import { modelQuarantine } from '../../src/tools/model-quarantine.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { has } from '../support/requires.ts';

const isAble = has('sshd') && canMakeRooms;
const folder = mkdtempSync(join(tmpdir(), 'rh-change-hostile-'));
const canary = join(folder, 'canary');
const path = join(folder, 'files/a.env');
const model = join(folder, 'files/m.gguf');
const transport = createSshTransport();
const changing = catalog.filter(({ effect }) => effect !== 'observe');
let lane: Lane;

/** What a shell, a terminal, a log or an option parser could be fooled by. */
const part = fc.oneof(
  fc.constantFrom(
    ...Array.from(`'"\\ $\`!*?[]{}()<>|&;#~^%=-+,./@:\n\t\r\0\u0001\u001b\u202e\ufeffé漢🙂a0`),
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `';touch ${canary};'`,
    `";touch ${canary};"`,
    `\n touch ${canary}\n`,
    `--rcfile=${canary}`,
    `-oProxyCommand=touch ${canary}`,
    '--',
    '../',
    '%s%n',
    '\ud800',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const hostile = fc.oneof(
  { weight: 40, arbitrary: fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.constantFrom(`${'a'.repeat(100_000)};touch ${canary}`, `'${'\n'.repeat(9_999)}`) },
);

/** A call with hostile values in all places, or with names that are declared in some of them. */
const inputOf = (tool: AnyTool) => {
  const known: Readonly<Record<string, string>> = {
    node: 'gpu-1',
    service: 'llama',
    path,
    command: 'echo',
    find: 'A=',
  };
  const fields = Object.entries(tool.input.shape).map(([key, schema]) => {
    const wanted = schema as { safeParse(value: unknown): { success: boolean } };
    const isText = wanted.safeParse('x').success && !wanted.safeParse(true).success;
    const value: fc.Arbitrary<unknown> = isText ? hostile : fc.boolean();
    const real = known[key];
    return [key, real === undefined ? fc.option(value, { nil: undefined }) : fc.oneof(fc.constant(real), value)];
  });
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>);
};

/** One call that may only plan; what it is told. */
async function told(ops: ChangeOps, tool: AnyTool, given: object): Promise<string> {
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const plan = 'plan' in tool.input.shape ? { plan: true } : {};
  try {
    const { data } = await callTool(ops, tool, { ...input, ...plan });
    return data.state;
  } catch (thrown) {
    if (thrown instanceof OpsError && thrown.kind.blame === 'caller') return 'USAGE';
    throw new Error(`${tool.name} ${JSON.stringify(input).slice(0, 500)}`, { cause: thrown });
  }
}

describe.skipIf(!isAble)('hostile names and values for every tool that changes (needs sshd, root, unshare)', () => {
  beforeAll(async () => {
    lane = await startLane();
  });
  afterAll(async () => {
    await transport.close();
    await lane.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('10,000 calls are refused or only planned, and nothing reaches a shell', async () => {
    mkdirSync(join(folder, 'files'));
    writeFileSync(path, 'A=1\nB=2\n');
    writeFileSync(model, 'no model');
    const llama = { manager: 'none', editable: [path] };
    const broken = { manager: 'none', models: [{ path: model }] };
    const node = lane.node({
      commands: { echo: { words: ['echo', 'hello'] } },
      services: { llama, broken },
    });
    const { ops, close } = changeOps({
      state: join(folder, 'state'),
      transport,
      nodes: [node],
      actions,
      policy: freeHand,
    });
    const each = Math.ceil(10_000 / changing.length);
    const seen = new Map<string, number>();
    for (const tool of changing) {
      const calls = fc.sample(inputOf(tool), each);
      for (let at = 0; at < calls.length; at += 32) {
        const states = await Promise.all(calls.slice(at, at + 32).map((given) => told(ops, tool, given)));
        for (const state of states) seen.set(state, (seen.get(state) ?? 0) + 1);
      }
    }
    expect([...seen.keys()].toSorted()).toEqual(['USAGE', 'planned', 'refused']);
    for (const count of seen.values()) expect(count).toBeGreaterThan(100);
    // To look at a model takes seconds, so a few at once.
    const reasons = fc.sample(hostile, 32).map((reason) => ({ node: 'gpu-1', service: 'broken', path: model, reason }));
    const planned = await Promise.all(reasons.map((given) => told(ops, modelQuarantine, given)));
    expect(new Set(planned)).toEqual(new Set(['planned', 'USAGE']));
    expect(existsSync(canary)).toBe(false);
    expect([path, model].map((file) => readFileSync(file, 'utf8'))).toEqual(['A=1\nB=2\n', 'no model']);
    expect(readdirSync(join(folder, 'files'))).toEqual(['a.env', 'm.gguf']);
    await close();
  });

  test('what is carried out is carried as data', async () => {
    const file = join(folder, 'files/b.env');
    writeFileSync(file, 'START\n');
    const node = lane.node({ services: { llama: { manager: 'none', editable: [file] } } });
    const { ops, close } = changeOps({
      state: join(folder, 'done'),
      transport,
      nodes: [node],
      actions,
      policy: freeHand,
    });
    const fair = fc.sample(hostile, 4_000).filter((text) => clean(text) === text && !/\p{Cs}/u.test(text));
    const text = `${fair.join('\n').slice(0, 60_000)}END`;
    const input = { node: 'gpu-1', service: 'llama', path: file, find: 'START', why: `'; touch ${canary}` };
    const { data } = await callTool(ops, fileEdit, { ...input, replace: text });
    expect(data.state).toBe('verified');
    expect(readFileSync(file, 'utf8')).toBe(`${text}\n`);
    expect(existsSync(canary)).toBe(false);
    await close();
  });
});
