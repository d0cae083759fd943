import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { checks } from '../../src/checks/index.ts';
import { signatures } from '../../src/checks/signatures/index.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { likeName } from '../../src/core/playbook.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { tools } from '../../src/tools/index.ts';
import { drills } from '../drills/all.ts';

const conditionsOf = ({ symptoms, remedies }: Playbook) => [
  ...symptoms,
  ...remedies.flatMap(({ when, unless }) => [...when, ...unless]),
];
const commands = tools.map(({ name }) => name.replaceAll('_', ' '));
const known = ['service', 'node', 'model', 'log', 'finding', 'next', 'tried'];
/** What a placeholder may stand for, so that it is taken for what the action wants. */
const filled = (value: unknown) =>
  typeof value === 'string' ? value.replaceAll(/\{[a-z]+\}/g, (name) => (name === '{tried}' ? '' : '/a')) : value;
/** All that the checks may say, as it is written or as their fixtures have it. */
const words = ['src/checks', 'test/fixtures/checks']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|json)$/.test(file))
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
  )
  .join('\n');

describe.each(playbooks.map((playbook) => [playbook.name, playbook] as const))('%s', (_, playbook) => {
  const { diagnose, remedies, symptoms, title, summary, inputs } = playbook;
  const asked = diagnose.flatMap((question) => question.checks);
  const looked = checks.filter(({ name }) => asked.some((each) => likeName(each, name)));

  test('asks only what a check can answer', () => {
    for (const name of asked)
      expect(
        checks.some((check) => likeName(name, check.name)),
        name,
      ).toBe(true);
  });

  test('names only commands that there are', () => {
    const told = remedies.flatMap(({ because, person }) => [because, ...person]).join('\n');
    for (const [, command = ''] of told.matchAll(/rackhand ([a-z]+ [a-z]+)/g)) expect(commands).toContain(command);
  });

  test('rests only on what it looks at', () => {
    const wanted = [...conditionsOf(playbook).map(({ check }) => check), ...remedies.flatMap(({ keep }) => keep)];
    for (const name of wanted)
      expect(
        looked.some((check) => likeName(name, check.name)),
        name,
      ).toBe(true);
  });

  test('names only signatures that there are, and words that a check says', () => {
    for (const { signature = [], says = [] } of conditionsOf(playbook)) {
      for (const id of signature)
        expect(
          signatures.some((each) => likeName(id, each.id)),
          id,
        ).toBe(true);
      for (const text of says) expect(words.includes(text), text).toBe(true);
    }
  });

  test('does only what an action can do, with what it wants', () => {
    for (const { name, do: steps } of remedies)
      for (const { action: of, args } of steps) {
        const action = actions.find((each) => each.name === of);
        const given = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, filled(value)]));
        expect(action?.args.safeParse(given).error, `${name}: ${of}`).toBeUndefined();
        expect(action, of).toBeDefined();
      }
  });

  test('has names of its own for its remedies, and goes on only after those', () => {
    const names = remedies.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { after } of remedies) for (const name of after) expect(names).toContain(name);
  });

  test('speaks in sentences, of what is known', () => {
    const sentences = [summary, ...remedies.flatMap(({ because, person }) => [because, ...person])];
    for (const sentence of sentences) expect(sentence).toMatch(/[.]$|^\{next\}$/);
    for (const { asks } of diagnose) expect(asks).toMatch(/^[A-Z].*\?$/);
    expect(title).toMatch(/^[A-Z].*[^.?]$/);
    for (const [, name = ''] of sentences.join(' ').matchAll(/\{([a-z]+)\}/g))
      expect([...known, ...Object.keys(inputs)]).toContain(name);
  });

  test('is called for by something, or asked for by name', () =>
    expect(symptoms.length + asked.length).toBeGreaterThan(0));
});

const all = Object.values(drills).flat();

test('drills are named once, and a fifth of them has something loud and harmless in it', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.filter(({ herring }) => herring).length * 5).toBeGreaterThanOrEqual(all.length);
});

describe.each(['llama_recover', 'api_recover', 'worker_attach', 'whisper_gpu', 'gpu_reattach'])('%s', (name) => {
  const acts = all.filter(({ playbook }) => playbook === name).flatMap((drill) => drill.acts);

  test('has each of its remedies drilled, and no other', () => {
    const remedies = playbooks.find((each) => each.name === name)?.remedies.map((remedy) => remedy.name) ?? [];
    const drilled = new Set(acts.flatMap(({ remedy }) => remedy ?? []));
    expect([...drilled].toSorted()).toEqual(remedies.toSorted());
  });

  test('is drilled on what it cures, on what is well, and on a red herring', () => {
    expect(acts.map(({ state }) => state)).toEqual(expect.arrayContaining(['verified', 'well', 'escalated']));
    expect(all.some(({ playbook, herring }) => playbook === name && herring)).toBe(true);
  });
});
