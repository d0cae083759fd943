import { describe, expect, test } from 'vitest';
import { actions } from '../../../src/actions/index.ts';
import { checks } from '../../../src/checks/index.ts';
import { likeName } from '../../../src/play/fitting.ts';
import { playbooks } from '../../../src/playbooks/index.ts';

test('each playbook has a name of its own', () =>
  expect(new Set(playbooks.map(({ name }) => name)).size).toBe(playbooks.length));

describe.each(playbooks.map((playbook) => [playbook.name, playbook] as const))('%s', (_, playbook) => {
  const { diagnose, symptoms, remedies } = playbook;
  const wanted = diagnose.flatMap((question) => question.checks);
  const looked = checks.map(({ name }) => name).filter((name) => wanted.some((pattern) => likeName(pattern, name)));
  const conditions = [...symptoms, ...remedies.flatMap(({ when, unless }) => [...when, ...unless])];

  test('looks only by checks that there are', () =>
    expect(wanted.filter((pattern) => !checks.some(({ name }) => likeName(pattern, name)))).toEqual([]));

  test('waits for nothing that it does not look for', () => {
    const asked = [...conditions.map(({ check }) => check), ...remedies.flatMap(({ keep }) => keep)];
    expect(asked.filter((pattern) => !looked.some((name) => likeName(pattern, name)))).toEqual([]);
  });

  test('does only what there is to do, in words that the action takes', () => {
    const steps = remedies.flatMap((remedy) => remedy.do);
    const refused = steps.filter(({ action, args }) => {
      const known = actions.find(({ name }) => name === action);
      return known === undefined || !known.args.safeParse(args).success;
    });
    expect(refused).toEqual([]);
  });

  test('names each remedy once, and comes after none that is not there', () => {
    const names = remedies.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(remedies.flatMap(({ after }) => after).filter((name) => !names.includes(name))).toEqual([]);
  });
});
