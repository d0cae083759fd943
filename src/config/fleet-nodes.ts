import { dirname } from 'node:path';
import type { z } from 'zod';
import { thresholdsSchema, type Address, type Node } from '../core/node.ts';
import { absolutePath } from './absolute-path.ts';
import type { fleetSchema } from './fleet-schema.ts';
import { isMapping, valueAt } from './key-path.ts';

type Declared = z.infer<typeof fleetSchema>['nodes'][string];

/** The nodes of a fleet file as the rest of the program knows them: every path absolute, every threshold set. */
export function fleetNodes(
  declared: Readonly<Record<string, Declared>>,
  { written, path, home }: { written: unknown; path: string; home: string },
): readonly Node[] {
  const from = dirname(path);
  const expanded = (file: string | undefined) => file && absolutePath(file, { from, home });
  return Object.entries(declared).map(([name, { ssh, services, thresholds: _thresholds, ...rest }]) => {
    const nodeKeys = ['nodes', name];
    const isThisMachine =
      name === 'local' && ssh === undefined && valueAt(written, [...nodeKeys, 'transport']) === undefined;
    // The parsed thresholds of a node hold defaults, which must not hide what was written for the whole fleet.
    const thresholds = {
      ...mapping(valueAt(written, ['thresholds'])),
      ...mapping(valueAt(written, [...nodeKeys, 'thresholds'])),
    };
    return {
      ...rest,
      name,
      transport: isThisMachine ? 'local' : rest.transport,
      ssh: withPaths(typeof ssh === 'object' ? ssh : { host: ssh ?? name, agent: true }, expanded),
      services: Object.entries(services).map(([service, value]) => ({
        ...value,
        name: service,
        become: value.become ?? rest.become,
      })),
      thresholds: thresholdsSchema.parse(thresholds),
    };
  });
}

const mapping = (value: unknown) => (isMapping(value) ? value : {});

function withPaths(address: Address, expanded: (file: string | undefined) => string | undefined): Address {
  const { identity, config, knownHosts, ...rest } = address;
  return { ...rest, identity: expanded(identity), config: expanded(config), knownHosts: expanded(knownHosts) };
}
