import type { WrittenCondition } from '../core/playbook.ts';

/** A condition on what is found of the service itself, not of its node. */
export const ofService = (check: string, more: Omit<WrittenCondition, 'check' | 'of'> = {}): WrittenCondition => ({
  check,
  of: 'service',
  ...more,
});
