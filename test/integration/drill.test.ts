import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { faults } from '../../sandbox/faults/index.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { mcpClients } from '../support/mcp-clients.ts';
import { has } from '../support/requires.ts';
import { runProgram, startProgram } from '../support/run-program.ts';

const resultSchema = z.object({
  drill: z.string(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  lacks: z.string().optional(),
  parts: z.array(z.object({ what: z.string(), good: z.boolean() })),
  steps: z.number(),
  talk: z.object({ tools: z.number(), calls: z.number(), answers: z.number() }).nullable(),
  tokens: z.number().nullable(),
});
const hostSchema = z.object({
  mcpServers: z.object({ rackhand: z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) }) }),
});

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

/** A drill for somebody who connects as a host is told to; `work` is what they do. */
async function onCall(words: readonly string[], work: (env: Record<string, string>) => Promise<void>, PATH?: string) {
  const more = PATH === undefined ? {} : { PATH };
  const { child, ended } = startProgram(program, ['drill', ...words, '--json'], more);
  if (child.stderr === null) throw new Error('no stderr');
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    told.push(line);
    if (line.startsWith('It is over when')) break;
  }
  const text = told.join('\n');
  const host = hostSchema.parse(JSON.parse(text.slice(text.indexOf('\n{\n'), text.indexOf('\n}\n') + 2)));
  expect(host.mcpServers.rackhand.args.slice(1)).toEqual(['drill', 'mcp']);
  await work({ ...program.env, ...host.mcpServers.rackhand.env, ...more });
  const { code, stdout } = await ended;
  return { code, result: resultSchema.parse(JSON.parse(stdout)) };
}

const answer = async (env: Record<string, string>, words: string) =>
  expect((await runProgram({ path: program.path, env }, ['drill', 'answer', words])).stdout).toContain(words);

/** An assistant whose person says yes to everything. */
const assistant = (env: Record<string, string>) =>
  mcpClients['a client of 2026-07-28']({ path: program.path, env }, ['drill', 'mcp'], () => ({
    action: 'accept',
    content: { approve: true },
  }));

const bad = ({ parts }: z.infer<typeof resultSchema>) => parts.filter(({ good }) => !good).map(({ what }) => what);

describe.skipIf(!has('supervisord'))('a drill for whoever is on call (needs supervisord)', () => {
  test.concurrent('is passed by an assistant that finds and cures it, and tells what that cost', async () => {
    const { code, result } = await onCall(['stopped_api', '--stable=1'], async (env) => {
      const session = await assistant(env);
      await session.tools();
      await session.call('node_triage', { nodes: ['sandbox'] });
      await session.call('playbook_run', { playbook: 'api_recover', nodes: ['sandbox'], service: 'api' });
      await session.close();
    });
    // Nobody has answered: the run of the playbook holds what was the matter.
    expect(bad(result)).toEqual([]);
    expect({ code, outcome: result.outcome, steps: result.steps }).toEqual({ code: 0, outcome: 'passed', steps: 2 });
    const { tools, calls, answers } = result.talk ?? { tools: 0, calls: 0, answers: 0 };
    expect([tools > 10_000, calls > 100, answers > 1_000]).toEqual([true, true, true]);
    expect(result.tokens).toBe(Math.ceil((tools + calls + answers) / 4));
  });

  test.concurrent('is failed by a restart on a node that is well, whatever is answered', async () => {
    const { code, result } = await onCall(['healthy'], async (env) => {
      const session = await assistant(env);
      await session.call('service_restart', { node: 'sandbox', service: 'worker', why: 'It felt slow' });
      await session.close();
      await answer(env, 'Nothing was wrong.');
    });
    expect(bad(result)).toEqual(['no needless change', 'touched worker']);
    expect(code).toBe(1);
  });
});

describe('where neither pm2 nor supervisord is', () => {
  const PATH = '/nowhere';

  test.concurrent('what needs one is skipped by its name and never passed; the rest is done', async () => {
    const { code, stdout } = await runProgram(program, ['drill', '--all', '--stable=1', '--json'], { PATH });
    const { drills } = z.object({ drills: z.array(resultSchema) }).parse(JSON.parse(stdout));
    const skipped = drills.filter(({ outcome }) => outcome === 'skipped');
    expect(drills).toHaveLength(faults.length);
    expect(drills.filter(({ outcome }) => outcome === 'passed').map(({ drill }) => drill)).toEqual(['lost_gpu']);
    expect(skipped.map(({ drill }) => drill).toSorted()).toEqual(
      faults.flatMap(({ name, managers }) => (managers.length === 0 ? [] : [name])).toSorted(),
    );
    expect(skipped[0]?.lacks).toMatch(/pm2 \(npm install --global pm2\)/);
    expect(code).toBe(3);
  });

  test.concurrent('it says what is missing and what can be done without', async () => {
    const { code, stderr } = await runProgram(program, ['drill', 'cut_model'], { PATH });
    expect(stderr).toMatch(/cut_model needs pm2 .*supervisord.*\nhint: Without it there are: lost_gpu\./);
    expect(code).toBe(69);
  });

  test.concurrent('what is to be left to a person is over when they have said what it is', async () => {
    const [right, wrong] = await Promise.all(
      ['The GPU is off the bus', 'The disk is full'].map((words) =>
        onCall(['lost_gpu'], (env) => answer(env, words), PATH),
      ),
    );
    expect(right && { code: right.code, bad: bad(right.result), tokens: right.result.tokens }).toEqual({
      code: 0,
      bad: [],
      tokens: null,
    });
    expect(wrong && { code: wrong.code, bad: bad(wrong.result) }).toEqual({ code: 1, bad: ['cause named'] });
  });
});

test.each([
  [['drill', 'cut_modell'], /Did you mean cut_model\?/],
  [['drill', 'answer', 'all is well'], /No drill runs with this fleet file/],
  [['drill', 'mcp'], /No drill runs with this fleet file/],
])('%j is refused', async (words, says) => {
  const { code, stderr } = await runProgram(program, words);
  expect(stderr).toMatch(says);
  expect(code).toBe(64);
});

test('no part of the program but the drill loads the sandbox', () => {
  const folder = dirname(program.path);
  const chunks = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const code = new Map(chunks.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const holding = chunks.filter((name) => code.get(name)?.includes('rackhand-sandbox-'));
  expect(holding).toHaveLength(1);
  const statically = chunks.filter((name) =>
    new RegExp(`(?:from|import)"\\./${holding[0]}"`).test(code.get(name) ?? ''),
  );
  expect(statically).toEqual([]);
});
