import { z } from 'zod';
import type { Node } from '../core/node.ts';
import type { ModelFile, Service } from '../core/service.ts';
import { serviceIn, undeclared } from './declared.ts';
import type { Refused } from './refused.ts';

/** Which model of which service is meant. */
export const modelTarget = {
  service: z.string().describe('Service that declares the model'),
  path: z.string().describe('One of its models'),
};

/** A service with one of its models, or why there is none. */
export function modelOf(
  node: Node,
  { service: name, path }: { service: string; path: string },
): { readonly service: Service; readonly model: ModelFile } | Refused {
  const service = serviceIn(node, name);
  if ('can' in service) return service;
  const model = service.models.find((each) => each.path === path);
  if (model !== undefined) return { service, model };
  const paths = service.models.map((each) => each.path);
  return undeclared(`${name} declares no model ${JSON.stringify(path)}.`, path, paths);
}

/** Services that declare a model, and those that need one of these, by whatever way. */
export function usersOf(
  node: Node,
  path: string,
): { readonly direct: readonly Service[]; readonly behind: readonly Service[] } {
  const direct = node.services.filter(({ models }) => models.some((model) => model.path === path));
  const reached = new Set(direct.map(({ name }) => name));
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { name, needs } of node.services) if (needs.some((needed) => reached.has(needed))) reached.add(name);
  }
  return { direct, behind: node.services.filter((service) => reached.has(service.name) && !direct.includes(service)) };
}
