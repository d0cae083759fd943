import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/index.ts';
import { testNode } from '../support/node.ts';

interface Case {
  case: string;
  node?: Record<string, unknown>;
  subject?: string;
  facts: Record<string, unknown>;
  expect: Record<string, unknown>[];
}

const root = new URL('../fixtures/checks/', import.meta.url);

for (const check of checks) {
  describe(check.name, () => {
    const cases = JSON.parse(readFileSync(new URL(`${check.name}.json`, root), 'utf8')) as Case[];
    test('is shown healthy and not healthy', () => {
      const seen = cases.flatMap((row) => row.expect.map(({ status }) => status));
      expect(seen).toContain('ok');
      expect(seen.some((status) => status !== 'ok' && status !== 'not_applicable')).toBe(true);
    });
    test.each(cases.map((row) => [row.case, row] as const))('%s', (_, row) => {
      const node = testNode(row.node);
      const subject = check.subjects(node).find(({ id }) => id === (row.subject ?? 'node'));
      if (subject === undefined) throw new Error(`${check.name} does not apply to ${row.subject ?? 'node'}`);
      expect(Object.keys(row.facts).toSorted()).toEqual(Object.keys(check.needs(subject.value, node)).toSorted());
      const verdicts = [check.evaluate(row.facts, subject.value, node)].flat();
      expect(verdicts).toEqual(row.expect.map((expected) => expect.objectContaining(expected)));
    });
  });
}
