import type { Approval, ChangeSet } from '../../src/core/change-set.ts';

export const digestOf = (letter: string): string => letter.repeat(64);

/** A plan as a tool would make it: llama gets a smaller context and is restarted. */
export const changeSet = (over: Partial<ChangeSet> = {}): ChangeSet => ({
  digest: digestOf('a'),
  node: 'gpu-1',
  tool: 'service_restart',
  why: 'llama has not answered since 02:41',
  principal: 'agent',
  policy: digestOf('1'),
  plannedAt: 1_000_000,
  changes: [
    {
      action: 'service.restart',
      args: { service: 'llama' },
      subject: 'service:llama',
      service: 'llama',
      risk: 'approve',
      what: 'Restart llama under supervisor.',
      drops: ['The 3 requests that llama is answering are cut off.'],
      proves: ['llama runs under a new pid for 15 s.'],
      undo: null,
      digest: digestOf('c'),
    },
  ],
  ...over,
});

/** A yes to that plan, for 15 minutes. */
export const approval = (over: Partial<Approval> = {}): Approval => ({
  digest: digestOf('a'),
  node: 'gpu-1',
  policy: digestOf('1'),
  by: 'ana',
  how: 'terminal',
  at: 1_000_000,
  until: 1_900_000,
  ...over,
});
