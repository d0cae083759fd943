import type { Node } from '../core/node.ts';
import type { Api, Service } from '../core/service.ts';
import { serverOf, type ModelServer } from '../probes/model-server.ts';

/** A service of a node that can be asked to write, and how. */
export interface Backend extends ModelServer {
  readonly service: Service;
  readonly api: Api;
}

const apiOf = ({ kind, speaks }: Service): Api | undefined =>
  speaks ?? (kind === 'ollama' ? 'ollama' : kind === 'llama' ? 'openai' : undefined);

/** Undefined for a service that writes nothing, and for one whose place is not declared by a health URL. */
export function backendOf(service: Service): Backend | undefined {
  const api = apiOf(service);
  const server = serverOf(service);
  return api && server && { ...server, service, api };
}

export const backendsOf = ({ services }: Node): readonly Backend[] =>
  services.flatMap((service) => backendOf(service) ?? []);
