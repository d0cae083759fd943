import type { ChangeSet } from '../../src/core/change-set.ts';

/** A change set of so many restarts, for tests that only keep or show it. */
export const plannedSet = (steps = 1, fields: Partial<ChangeSet> = {}): ChangeSet => ({
  digest: 'a'.repeat(64),
  node: 'gpu-1',
  tool: 'service_restart',
  why: 'llama hangs',
  principal: 'cli:ana',
  policy: 'c'.repeat(64),
  plannedAt: 0,
  changes: Array.from({ length: steps }, (_, index) => ({
    action: 'service.restart',
    args: { service: `llama-${index + 1}` },
    subject: `service:llama-${index + 1}`,
    service: `llama-${index + 1}`,
    risk: 'approve' as const,
    what: `Restart llama-${index + 1}.`,
    drops: [],
    proves: [],
    undo: null,
    digest: 'd'.repeat(64),
  })),
  ...fields,
});
