import type { Finding } from '../../src/core/report.ts';

/** A finding of a node that is called gpu-1; what is not said is as it mostly is. */
export const finding = (told: Partial<Finding> & Pick<Finding, 'check' | 'status'>): Finding => ({
  node: 'gpu-1',
  subject: told.service === undefined ? 'node' : `service:${told.service}`,
  summary: `${told.check} is ${told.status}.`,
  layer: told.service === undefined ? 'storage' : 'inference',
  role: told.status === 'ok' ? 'finding' : 'cause',
  evidence: [],
  ...told,
});
