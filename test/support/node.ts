import { instanceServices } from '../../src/core/comfyui-instances.ts';
import { nodeSchema, thresholdsSchema, type Node } from '../../src/core/node.ts';

/** A node as the fleet file would give it, from the keys that a test cares about. */
export function testNode(declared: Record<string, unknown> = {}, name = 'gpu-1'): Node {
  const { ssh, services, thresholds, ...rest } = nodeSchema.parse(declared);
  const address = typeof ssh === 'object' ? ssh : { host: ssh ?? name, agent: true };
  return {
    ...rest,
    name,
    ssh: address,
    services: Object.entries({ ...services, ...instanceServices(rest) }).map(([service, value]) => ({
      ...value,
      name: service,
      become: value.become ?? rest.become,
    })),
    thresholds: thresholdsSchema.parse(thresholds),
  };
}
