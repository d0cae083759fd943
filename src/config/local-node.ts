import { nodeSchema, thresholdsSchema, type Node } from '../core/node.ts';

/** The machine that Rackhand runs on, as a node of which nothing is declared. */
export const localNode = (): Node => {
  const { ssh: _ssh, services: _services, ...rest } = nodeSchema.parse({ transport: 'local' });
  const ssh = { host: 'localhost', agent: false };
  return { ...rest, name: 'local', ssh, services: [], thresholds: thresholdsSchema.parse({}) };
};
