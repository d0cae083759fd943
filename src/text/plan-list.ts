import type { ChangeSet } from '../core/change-set.ts';
import { durationText } from '../core/format.ts';
import type { Paint } from './paint.ts';
import { tableText } from './table-text.ts';

/** Plans that wait, one in a row, and how to see one. */
export function planList(sets: readonly ChangeSet[], at: number, page: { width: number; paint: Paint }): string {
  if (sets.length === 0) return 'No plan waits for an approval.';
  const { head, rows } = tableText(
    {
      columns: ['Plan', 'Node', 'What', 'Wanted by', 'Age'],
      rows: sets.map(({ digest, node, changes, principal, plannedAt }) => [
        digest.slice(0, 8),
        node,
        changes.map(({ what }) => what).join(' '),
        principal,
        durationText((at - plannedAt) / 1_000),
      ]),
    },
    page,
  );
  return [head, ...rows.flat(), '', 'To see one, and to approve it: rackhand approve PLAN'].join('\n');
}
