import { changeExits } from './change-outcome.ts';
import type { Report, Status } from './report.ts';

/** Exit status of how nodes are: unknown is not ok. */
export const exitCodes: Record<Status, number> = { ok: 0, not_applicable: 0, degraded: 1, critical: 2, unknown: 3 };

/** Exit status of what a report says: how far a change came, or how the nodes are. */
export const exitOf = ({ change, status }: Report): number =>
  change === undefined ? exitCodes[status] : changeExits[change.state];
