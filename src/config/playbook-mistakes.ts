import type { Playbook } from '../core/playbook.ts';
import type { Mistake } from './mistakes.ts';
import { wrongConditions } from './playbook-conditions.ts';
import { wrongPlaceholders } from './playbook-placeholders.ts';
import { wrongOrder } from './playbook-order.ts';
import { wrongSteps } from './playbook-steps.ts';
import type { Against } from './playbooks.ts';
import type { KnownNames } from './known-names.ts';

/** What no single value of a playbook shows: what it names and is not there, and what would never happen. */
export const wrongPlaybook = (playbook: Playbook, { fleet, names }: Against): readonly Mistake[] => [
  ...wrongName(playbook, names),
  ...wrongInputs(playbook, names),
  ...wrongConditions(playbook, names),
  ...wrongPlaceholders(playbook, names),
  ...wrongSteps(playbook, fleet, names),
  ...wrongOrder(playbook),
];

function wrongName({ name }: Playbook, { taken }: KnownNames): readonly Mistake[] {
  const has = taken.get(name);
  if (has === undefined) return [];
  return [{ path: ['name'], on: 'value', say: `${has} is called this; choose another name, like my_${name}` }];
}

const wrongInputs = ({ inputs }: Playbook, { takenInputs }: KnownNames): readonly Mistake[] =>
  Object.keys(inputs)
    .filter((name) => takenInputs.includes(name))
    .map((name) => ({
      path: ['inputs', name],
      on: 'key',
      say: `${name} has a meaning of its own; choose another name`,
    }));
