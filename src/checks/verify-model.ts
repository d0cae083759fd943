import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import type { Service } from '../core/service.ts';

/** Stands for the service of a file that none declares; it reads as such in a finding. */
export const itsService = 'its service';

/** That a copy went well is proven by the file, not by the program that copied it. */
export const verifyModel = (node: Node, service: Service, path: string): Next => ({
  say: 'Then prove that it is whole and no longer growing.',
  tool: 'model_verify',
  args: { nodes: [node.name], ...(service.name === itsService ? { path } : { service: service.name }) },
});
