import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import type { Service } from '../core/service.ts';

/** The call that shows the logs of a service. */
export const readLog = (node: Node, service: Service): Next => ({
  say: `Read the logs of ${service.name}.`,
  tool: 'log_tail',
  args: { node: node.name, service: service.name },
});
