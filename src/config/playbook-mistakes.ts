import type { Playbook } from '../core/playbook.ts';
import type { Mistake } from './mistakes.ts';
import { wrongConditions } from './playbook-conditions.ts';
import { wrongPlaceholders } from './playbook-placeholders.ts';
import { wrongOrder } from './playbook-order.ts';
import { wrongSteps } from './playbook-steps.ts';
import type { Against } from './playbooks.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What no single value of a playbook shows: what it names and is not there, and what would never happen. */
export const wrongPlaybook = (playbook: Playbook, { fleet, vocabulary }: Against): readonly Mistake[] => [
  ...wrongName(playbook, vocabulary),
  ...wrongInputs(playbook, vocabulary),
  ...wrongConditions(playbook, vocabulary),
  ...wrongPlaceholders(playbook, vocabulary),
  ...wrongSteps(playbook, fleet, vocabulary),
  ...wrongOrder(playbook),
];

function wrongName({ name }: Playbook, { taken }: Vocabulary): readonly Mistake[] {
  const has = taken.get(name);
  if (has === undefined) return [];
  return [{ path: ['name'], on: 'value', say: `${has} is called this; choose another name, like my_${name}` }];
}

const wrongInputs = ({ inputs }: Playbook, { takenInputs }: Vocabulary): readonly Mistake[] =>
  Object.keys(inputs)
    .filter((name) => takenInputs.includes(name))
    .map((name) => ({
      path: ['inputs', name],
      on: 'key',
      say: `${name} has a meaning of its own; choose another name`,
    }));
