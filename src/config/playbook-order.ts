import type { Condition, Playbook, Remedy } from '../core/playbook.ts';
import type { Mistake } from './mistakes.ts';

/** Remedies that are called alike, and those that are never come to. */
export const wrongOrder = ({ remedies }: Playbook): readonly Mistake[] =>
  remedies.flatMap((remedy, index): readonly Mistake[] => {
    const earlier = remedies.slice(0, index);
    if (earlier.some(({ name }) => name === remedy.name))
      return [{ path: ['remedies', index, 'name'], on: 'value', say: 'another remedy before it is called this too' }];
    const before = earlier.find((each) => hides(each, remedy));
    if (before === undefined) return [];
    const say = `is never come to: ${before.name} stands before it, fits whenever it does, and ends the run with a person`;
    return [{ path: ['remedies', index, 'name'], on: 'value', say }];
  });

/** What is tried and did not help is passed over; what is left to a person is the end. */
const hides = (before: Remedy, remedy: Remedy): boolean =>
  before.person.length > 0 &&
  covers(before.when, remedy.when) &&
  covers(remedy.when, before.when) &&
  covers(remedy.unless, before.unless);

const covers = (all: readonly Condition[], some: readonly Condition[]): boolean => {
  const written = all.map((condition) => JSON.stringify(condition));
  return some.every((condition) => written.includes(JSON.stringify(condition)));
};
