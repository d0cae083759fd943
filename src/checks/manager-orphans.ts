import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { identity } from '../probes/identity.ts';
import { pm2Orphans, type Orphan } from '../probes/pm2-orphans.ts';
import { managersOf, type Managed } from './managed.ts';

/** pm2 writes the number down right after the start; ages come in whole seconds. */
const slackSeconds = 5;
const mostNamed = 4;

/** Trap: a fresh pm2 shows an empty list, while the apps of the one before it run on and hold their ports. */
export const managerOrphans = defineCheck({
  name: 'manager.orphans',
  summary: 'No app of pm2 runs on without its daemon',
  layer: 'boot',
  rule: 'Degraded when a process that pm2 wrote down as its app, and that began then, runs on with no pm2 daemon above it; never critical.',
  unseen: 'Apps whose pid file is gone, and those of a pm2 home that was not found.',
  subjects: (node: Node): readonly Subject<Managed>[] =>
    managersOf(node)
      .filter(({ manager }) => manager === 'pm2')
      .map((managed) => ({ id: managed.id, value: managed })),
  needs: ({ place }) => ({ orphans: need(pm2Orphans, { place }), identity: need(identity, {}) }),
  evaluate({ orphans: all, identity: { epochSeconds } }): Verdict {
    // A number in an old file may be another program's by now.
    const isIt = ({ ageSeconds, writtenMs }: Orphan): boolean =>
      ageSeconds === null ||
      epochSeconds === null ||
      Math.abs(epochSeconds - ageSeconds - writtenMs / 1_000) <= slackSeconds;
    const orphans = all.filter(isIt);
    if (orphans.length === 0) return { status: 'ok', summary: 'No app of pm2 runs without a pm2 daemon above it.' };
    const left = orphans.length - mostNamed;
    const named = orphans.slice(0, mostNamed).map(orphanText).join('; ');
    return {
      status: 'degraded',
      summary: `${count(orphans.length, 'app')} outlived the pm2 daemon that started ${orphans.length === 1 ? 'it' : 'them'} and nobody watches ${orphans.length === 1 ? 'it' : 'them'}: ${named}${left > 0 ? `; and ${left} more` : ''}.`,
      restartHelps: 'after-fix',
      next: [
        {
          say: `Before anything is started by pm2 (pm2 resurrect too), end ${orphans
            .map(({ pid }) => pid)
            .slice(0, mostNamed)
            .join(
              ', ',
            )} in a quiet moment: a second start fails with "address already in use", or works beside the first.`,
        },
      ],
    };
  },
});

const orphanText = ({ app, pid, user, ageSeconds, args }: Orphan): string =>
  `${app} is process ${pid} "${args.slice(0, 60)}" (user ${user}${ageSeconds === null ? '' : `, started ${durationText(ageSeconds)} ago`})`;
