import type { Condition, Playbook, Remedy } from '../core/playbook.ts';
import { meantText } from './issue-text.ts';
import type { Mistake } from './mistakes.ts';

/** Remedies that are called alike, and those that are never come to. */
export const wrongOrder = ({ remedies }: Playbook): readonly Mistake[] =>
  remedies.flatMap((remedy, index): readonly Mistake[] => {
    const path = ['remedies', index, 'name'];
    const earlier = remedies.slice(0, index);
    if (earlier.some(({ name }) => name === remedy.name))
      return [{ path, on: 'value', say: 'another remedy before it is called this too' }];
    const before = earlier.find((each) => hides(each, remedy));
    const say = `is never come to: ${before?.name} stands before it, fits whenever it does, and ends the run with a person`;
    return [...(before === undefined ? [] : [{ path, on: 'value' as const, say }]), ...wrongAfter(remedies, index)];
  });

/** What a remedy waits for must be another one that does something. */
const wrongAfter = (remedies: readonly Remedy[], index: number): readonly Mistake[] =>
  (remedies[index]?.after ?? []).flatMap((name, at): readonly Mistake[] => {
    const others = remedies.filter((_, other) => other !== index);
    const found = others.find((each) => each.name === name);
    if (found?.person.length === 0) return [];
    const known = others.filter(({ person }) => person.length === 0).map((each) => each.name);
    const say =
      found === undefined ? 'no other remedy is called this' : `${name} leaves it to a person, so it is never done`;
    return [{ path: ['remedies', index, 'after', at], on: 'value', say: `${say}${meantText(name, known)}` }];
  });

/** What is tried and did not help is passed over; what is left to a person is the end. */
const hides = (before: Remedy, remedy: Remedy): boolean =>
  before.person.length > 0 &&
  before.after.length === 0 &&
  covers(before.when, remedy.when) &&
  covers(remedy.when, before.when) &&
  covers(remedy.unless, before.unless);

const covers = (all: readonly Condition[], some: readonly Condition[]): boolean => {
  const written = all.map((condition) => JSON.stringify(condition));
  return some.every((condition) => written.includes(JSON.stringify(condition)));
};
