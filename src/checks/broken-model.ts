import type { Verdict } from '../core/check.ts';

export const copyAgain =
  'Copy the model again to a name of its own beside it, compare the size, rename it, then restart its service.';

export const mendTheMount = 'Mend the mount or the disk first; copying the model again or a restart does not help.';

/** A model that no service can start with, and what mends it. */
export const brokenModel = (summary: string, say = copyAgain): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'after-fix',
  next: [{ say }],
});
