import type { z } from 'zod';
import { instanceServices, instancesOf } from '../core/comfyui-instances.ts';
import { portsOf } from '../core/ports-of.ts';
import type { fleetSchema } from './fleet-schema.ts';
import type { KeyPath } from './key-path.ts';
import type { Mistake } from './mistakes.ts';

type Fleet = z.infer<typeof fleetSchema>;
type Declared = Fleet['nodes'][string];

/** The same with each ComfyUI instance of a node as a service of it, as if a person had written it down. */
export const withInstances = (fleet: Fleet): Fleet => ({
  ...fleet,
  nodes: Object.fromEntries(
    Object.entries(fleet.nodes).map(([name, node]) => [
      name,
      { ...node, services: { ...node.services, ...instanceServices(node) } },
    ]),
  ),
});

/** What no single value shows: instances that no GPU is known for, that share one, or that are in the way of a service. */
export const wrongInstances = ({ nodes }: Fleet): readonly Mistake[] =>
  Object.entries(nodes).flatMap(([name, node]) => {
    if (node.comfyui?.instances === undefined) return [];
    return [...wrongGpus(name, node), ...inTheWay(name, node)];
  });

const keysOf = (name: string): KeyPath => ['nodes', name, 'comfyui', 'instances'];

function wrongGpus(name: string, node: Declared): readonly Mistake[] {
  const written = node.comfyui?.instances?.gpus;
  const path = [...keysOf(name), 'gpus'];
  const all = instancesOf(node);
  if (all.length === 0) {
    const known = node.gpus === 'auto' ? `does not say how many it has` : 'has none';
    const say = `must say for which GPUs: ${name} ${known}`;
    return [{ path, on: 'key', say }];
  }
  const { gpus: has } = node;
  return all.flatMap(({ gpu }, index): readonly Mistake[] => {
    const where = Array.isArray(written) ? [...path, index] : path;
    if (all.findIndex((other) => other.gpu === gpu) < index)
      return [{ path: where, on: 'value', say: `GPU ${gpu} stands here twice: two instances on one GPU` }];
    if (has === 'auto' || gpu < has || node.comfyui?.instances?.cpuOnly === true) return [];
    return [{ path: where, on: 'value', say: `${name} has no GPU ${gpu}: its \`gpus\` is ${has}` }];
  });
}

function inTheWay(name: string, node: Declared): readonly Mistake[] {
  const all = instancesOf(node);
  return Object.entries(node.services).flatMap(([service, declared]): readonly Mistake[] => {
    const path = ['nodes', name, 'services', service];
    const called = (declared.manager === node.comfyui?.instances?.manager && declared.unit) || service;
    const same = all.find(({ name }) => name === service || name === called);
    if (same !== undefined) {
      const say = `comfyui.instances makes ${same.name} itself, for GPU ${same.gpu}: leave ${service} out here`;
      return [{ path, on: 'key', say }];
    }
    const ports = portsOf({ ...declared, name: service });
    const port = all.find((instance) => ports.includes(instance.port));
    if (port !== undefined) {
      const key = declared.ports.includes(port.port) ? 'ports' : 'health';
      return [
        { path: [...path, key], on: 'value', say: `${service} has port ${port.port}, which is that of ${port.name}` },
      ];
    }
    const visible = declared.env['CUDA_VISIBLE_DEVICES'];
    const shared = declared.kind === 'comfyui' && all.find(({ gpu }) => visible === String(gpu));
    if (!shared) return [];
    const say = `${service} is a ComfyUI on GPU ${shared.gpu}, which is that of ${shared.name}`;
    return [{ path: [...path, 'env', 'CUDA_VISIBLE_DEVICES'], on: 'value', say }];
  });
}
