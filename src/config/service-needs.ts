import type { z } from 'zod';
import type { fleetSchema } from './fleet-schema.ts';
import { meantText } from './issue-text.ts';
import type { Mistake } from './mistakes.ts';

/** What no single value shows: `needs` that name no service of the node, or the service itself. */
export const wrongNeeds = ({ nodes }: z.infer<typeof fleetSchema>): readonly Mistake[] =>
  Object.entries(nodes).flatMap(([node, { services }]) =>
    Object.entries(services).flatMap(([service, { needs }]) =>
      needs.flatMap((needed, index): readonly Mistake[] => {
        const others = Object.keys(services).filter((name) => name !== service);
        if (others.includes(needed)) return [];
        const say = needed === service ? 'a service does not need itself' : `${node} has no such service`;
        const path = ['nodes', node, 'services', service, 'needs', index];
        return [{ path, on: 'value', say: `${say}${meantText(needed, others)}` }];
      }),
    ),
  );
