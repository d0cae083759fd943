import { instanceServices } from '../core/comfyui-instances.ts';
import type { Node } from '../core/node.ts';
import { placeOf } from '../core/service-manager.ts';
import type { InstanceSetInput } from '../probes/instance-set.ts';

/** What a probe about the ComfyUI instances of a node wants to hear; undefined where it declares none. */
export function instanceInput(node: Node): InstanceSetInput | undefined {
  const { comfyui } = node;
  const services = Object.entries(instanceServices(node));
  const [first] = services;
  if (comfyui === undefined || first === undefined) return undefined;
  const [name, service] = first;
  return {
    manager: service.manager,
    place: placeOf({ ...service, name, become: node.become }),
    units: services.map(([unit]) => unit),
    path: comfyui.path,
  };
}
