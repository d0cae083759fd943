import type { Plan } from '../core/action.ts';
import type { Next } from '../core/report.ts';

export type Refused = Extract<Plan, { can: false }>;

/** Why there is no change, and what helps instead. */
export const refused = (because: string, ...next: readonly Next[]): Refused => ({ can: false, because, next });
