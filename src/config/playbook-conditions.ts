import { likeName, type Condition, type Playbook } from '../core/playbook.ts';
import { meantText } from './issue-text.ts';
import type { KeyPath } from './key-path.ts';
import type { Mistake } from './mistakes.ts';
import type { KnownNames } from './known-names.ts';

interface Named {
  readonly path: KeyPath;
  readonly name: string;
}

/** Checks and signatures that are not there, and conditions on what no question of the playbook looks at. */
export function wrongConditions(playbook: Playbook, { checks, signatures }: KnownNames): readonly Mistake[] {
  const asked = playbook.diagnose.flatMap((question, index) =>
    question.checks.map((name, at): Named => ({ path: ['diagnose', index, 'checks', at], name })),
  );
  const looked = checks.filter((check) => asked.some(({ name }) => likeName(name, check)));
  const conditions = conditionsOf(playbook);
  const signed = conditions.flatMap(({ path, condition }) =>
    (condition.signature ?? []).map((name, at): Named => ({ path: [...path, 'signature', at], name })),
  );
  const used = [
    ...conditions.map(({ path, condition }) => ({
      path: [...path, 'check'],
      name: condition.check,
      lost: 'so this never fits',
    })),
    ...playbook.remedies.flatMap(({ keep }, index) =>
      keep.map((name, at) => ({ path: ['remedies', index, 'keep', at], name, lost: 'so there is nothing to keep' })),
    ),
  ];
  // Where a question names no check, nobody knows what it was to look at.
  const isClear = asked.every(({ name }) => isThere(checks, name));
  return [
    ...[...asked, ...used]
      .filter(({ name }) => !isThere(checks, name))
      .map((named) => unknown(named, 'check', [...checks, ...families(checks, '.')])),
    ...signed
      .filter(({ name }) => !isThere(signatures, name))
      .map((named) => unknown(named, 'signature', [...signatures, ...families(signatures, '-')])),
    ...used
      .filter(({ name }) => isClear && isThere(checks, name) && !isThere(looked, name))
      .map(({ path, lost }): Mistake => ({ path, on: 'value', say: `no question of diagnose looks at this, ${lost}` })),
  ];
}

/** Every condition of a playbook, with its place. */
export const conditionsOf = ({
  symptoms,
  remedies,
}: Playbook): readonly { readonly path: KeyPath; readonly condition: Condition }[] => [
  ...symptoms.map((condition, index) => ({ path: ['symptoms', index], condition })),
  ...remedies.flatMap(({ when, unless }, index) => [
    ...when.map((condition, at) => ({ path: ['remedies', index, 'when', at], condition })),
    ...unless.map((condition, at) => ({ path: ['remedies', index, 'unless', at], condition })),
  ]),
];

const isThere = (known: readonly string[], name: string): boolean => known.some((each) => likeName(name, each));

const unknown = ({ path, name }: Named, what: string, known: readonly string[]): Mistake => ({
  path,
  on: 'value',
  say: `there is no such ${what}${meantText(name, known)}`,
});

const families = (names: readonly string[], mark: string): readonly string[] => [
  ...new Set(names.map((name) => `${name.slice(0, name.indexOf(mark) + 1)}*`)),
];
