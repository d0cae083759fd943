import type { ChangeSet } from '../core/change-set.ts';
import type { Runs } from '../core/tool.ts';
import type { PastWish } from './brakes.ts';

/** No brake looks back further, and a run is over in a day. */
const longestMs = 8 * 86_400_000;

/** What was wanted and done before, for the brakes: from the journals, so that no restart of the program lets go of one. */
export async function pastWishes(
  runs: Runs,
  proposed: readonly ChangeSet[],
  now: number,
): Promise<readonly PastWish[]> {
  const done = (await runs.list(now - longestMs)).flatMap((run): readonly PastWish[] => {
    if (!('steps' in run)) return [];
    return run.steps.flatMap(({ change, ways }) =>
      Object.values(ways).map(({ at }) => ({ ...wishOf(run.run.node, change, at), done: true })),
    );
  });
  const wanted = proposed.flatMap(({ node, plannedAt, changes }) =>
    changes.map((change) => ({ ...wishOf(node, change, plannedAt), done: false })),
  );
  return [...done, ...wanted];
}

export const wishOf = (
  node: string,
  { service, action }: { service?: string | undefined; action: string },
  at: number,
) => ({
  at,
  node,
  service,
  action,
});
