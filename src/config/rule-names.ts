import type { z } from 'zod';
import type { fleetSchema } from './fleet-schema.ts';
import { meantText } from './issue-text.ts';
import type { Mistake } from './mistakes.ts';

type Declared = z.infer<typeof fleetSchema>;

/** What a rule may name, and how one says that it is not there. A rule about nothing would forbid nothing. */
const named = [
  ['node', 'no node is called this', ({ nodes }: Declared) => [...Object.keys(nodes), 'local']],
  [
    'label',
    'no node has this label',
    ({ nodes }: Declared) =>
      Object.values(nodes).flatMap(({ labels }) => Object.entries(labels).map(([name, value]) => `${name}=${value}`)),
  ],
  [
    'service',
    'no node declares this service',
    ({ nodes }: Declared) => Object.values(nodes).flatMap(({ services }) => Object.keys(services)),
  ],
] as const;

/** What no single value shows: rules of the policy that name what the fleet file does not declare. */
export const wrongRules = (fleet: Declared): readonly Mistake[] =>
  fleet.policy.rules.flatMap(({ when }, rule) =>
    named.flatMap(([key, say, knownIn]) => {
      const written = when[key] ?? [];
      const known = knownIn(fleet);
      return [written].flat().flatMap((name, index): readonly Mistake[] => {
        if (known.includes(name) || (key === 'service' && name.endsWith('*'))) return [];
        const path = ['policy', 'rules', rule, 'when', key, ...(Array.isArray(written) ? [index] : [])];
        return [{ path, on: 'value', say: `${say}${meantText(name, known)}` }];
      });
    }),
  );
