import { likeName, placeholderNames, type Playbook, type Remedy } from '../core/playbook.ts';
import { meantText } from './issue-text.ts';
import { textsOf, type KeyPath } from './key-path.ts';
import type { Mistake } from './mistakes.ts';
import { conditionsOf } from './playbook-conditions.ts';
import type { KnownNames } from './known-names.ts';

const placeholder = /\{\s*([A-Za-z_-]+)\s*\}/g;

interface Used {
  readonly path: KeyPath;
  /** With its braces. */
  readonly written: string;
}

/** Placeholders that stand for nothing, or stand where nothing is put in, and inputs that no placeholder stands for. */
export function wrongPlaceholders(playbook: Playbook, names: KnownNames): readonly Mistake[] {
  const filled = playbook.remedies.map((remedy, index) => ({ remedy, used: usedIn(remedy, index) }));
  const written = new Set(filled.flatMap(({ used }) => used.map((each) => each.written)));
  return [
    ...filled.flatMap(({ remedy, used }) =>
      used.flatMap((each) => {
        const say = against(each.written, { playbook, remedy, names });
        return say === undefined ? [] : [{ path: each.path, on: 'value' as const, say }];
      }),
    ),
    ...unfilled(playbook).map(({ path, written }): Mistake => ({
      path,
      on: 'value',
      say: `${written} is not filled in here`,
    })),
    ...Object.keys(playbook.inputs)
      .filter((name) => !written.has(`{${name}}`))
      .map((name): Mistake => ({ path: ['inputs', name], on: 'key', say: `nothing uses {${name}}` })),
  ];
}

const usedIn = ({ because, person, undoes = '', do: steps }: Remedy, index: number): readonly Used[] =>
  placeholders({ because, person, undoes, do: steps.map(({ args }) => ({ args })) }, ['remedies', index]);

/** What is shown as it is written. */
const unfilled = (playbook: Playbook): readonly Used[] => [
  ...placeholders(playbook.title, ['title']),
  ...placeholders(playbook.summary, ['summary']),
  ...placeholders(playbook.inputs, ['inputs']),
  ...playbook.diagnose.flatMap(({ asks }, index) => placeholders(asks, ['diagnose', index, 'asks'])),
  ...conditionsOf(playbook).flatMap(({ path, condition }) => placeholders(condition.says ?? [], [...path, 'says'])),
];

const placeholders = (value: unknown, from: KeyPath): readonly Used[] =>
  [...textsOf(value, from)].flatMap(({ path, text }) =>
    [...text.matchAll(placeholder)].map(([written]) => ({ path, written })),
  );

interface Within {
  readonly playbook: Playbook;
  readonly remedy: Remedy;
  readonly names: KnownNames;
}

const ofFindings: readonly string[] = ['{finding}', '{next}', '{log}'];

/** Why a placeholder would stay as it is written. */
function against(written: string, { playbook, remedy, names }: Within): string | undefined {
  const known = [...placeholderNames, ...Object.keys(playbook.inputs)].map((name) => `{${name}}`);
  if (!known.includes(written)) return `${written} stands for nothing${meantText(written, known)}`;
  const fromFindings = playbook.kinds.length === 0 ? [...ofFindings, '{service}'] : ofFindings;
  if (fromFindings.includes(written) && remedy.when.length === 0)
    return `${written} is of what fits \`when\`, and this remedy has none`;
  const ofModels = remedy.when.some(({ check }) => names.modelChecks.some((name) => likeName(check, name)));
  if (written === '{model}' && !ofModels)
    return `{model} is known only where a \`when\` of the remedy is about a model: ${names.modelChecks.join(', ')}`;
  return undefined;
}
