import type { Playbook } from '../core/playbook.ts';
import { issueText, meantText } from './issue-text.ts';
import { keyPathText, type KeyPath } from './key-path.ts';
import { mistakesOf, type Mistake } from './mistakes.ts';
import type { Against } from './playbooks.ts';
import { keysIn } from './schema.ts';
import type { KnownNames } from './known-names.ts';

type Step = Playbook['remedies'][number]['do'][number];

/** Steps by actions that are not there, with arguments that they do not take, or on what no node declares. */
export const wrongSteps = (
  { remedies }: Playbook,
  fleet: Against['fleet'],
  { actions }: KnownNames,
): readonly Mistake[] =>
  remedies.flatMap((remedy, index) =>
    remedy.do.flatMap((step, at): readonly Mistake[] => {
      const path = ['remedies', index, 'do', at];
      const action = actions.find(({ name }) => name === step.action);
      if (action === undefined) {
        const names = actions.map(({ name }) => name);
        const say = `there is no such action${meantText(step.action, names) || `; there are ${names.join(', ')}`}`;
        return [{ path: [...path, 'action'], on: 'value', say }];
      }
      return [...wrongArgs(step, action, [...path, 'args']), ...undeclared(step, fleet, [...path, 'args'])];
    }),
  );

/** What may stand for whatever is put in: a word, and one that also reads as a number and as hex digits. */
const samples = ['sample', '000000000000'];

function wrongArgs({ args }: Step, action: KnownNames['actions'][number], path: KeyPath): readonly Mistake[] {
  const tried = samples.map((sample) => action.args.safeParse(withSample(args, sample), { error: issueText }));
  const [failed] = tried;
  if (failed?.success !== false || tried.some(({ success }) => success)) return [];
  return mistakesOf(failed.error.issues, args, keysIn(action.args)).map(({ path: within, on, say }) => ({
    path: [...path, ...within],
    on,
    // What is missing has no place of its own; then the place is that of the arguments.
    say: say === 'is missing' ? `${action.name} needs ${keyPathText(within)}` : say,
  }));
}

const withSample = (args: Step['args'], sample: string): Step['args'] =>
  Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replace(/\{[a-z]+\}/g, sample) : value,
    ]),
  );

/** What is written out must be there for one node at least; of no nodes nothing can be told. */
function undeclared({ action, args }: Step, { nodes }: Against['fleet'], path: KeyPath): readonly Mistake[] {
  if (nodes.length === 0) return [];
  const places = [
    { key: 'service', what: 'service', known: nodes.flatMap(({ services }) => services.map(({ name }) => name)) },
    ...(action === 'command.run'
      ? [{ key: 'name', what: 'command', known: nodes.flatMap(({ commands }) => Object.keys(commands)) }]
      : []),
  ];
  return places.flatMap(({ key, what, known }): readonly Mistake[] => {
    const written = args[key];
    if (typeof written !== 'string' || written.includes('{') || known.includes(written)) return [];
    return [{ path: [...path, key], on: 'value', say: `no node declares this ${what}${meantText(written, known)}` }];
  });
}
