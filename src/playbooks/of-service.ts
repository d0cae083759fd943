import type { WrittenCondition, WrittenRemedy } from '../core/playbook.ts';

/** A condition on what is found of the service itself, not of its node. */
export const ofService = (check: string, more: Omit<WrittenCondition, 'check' | 'of'> = {}): WrittenCondition => ({
  check,
  of: 'service',
  ...more,
});

/** A known line in the log of the service. */
export const ofLog = (...signature: string[]): WrittenCondition => ofService('service.log', { signature });

/** For the end of a playbook, when whatever speaks against a start has had its turn. */
export const startStopped: WrittenRemedy = {
  name: 'start',
  when: [ofService('service.running', { status: ['critical'], says: ['it is stopped'], consequence: true })],
  because: 'Somebody has stopped {service}, and nothing speaks against starting it.',
  do: [{ action: 'service.start', args: { service: '{service}' } }],
};
