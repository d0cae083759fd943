import type { Node } from '../core/node.ts';
import type { Finding } from '../core/report.ts';
import type { Service } from '../core/service.ts';
import type { Reach } from './cause-rules.ts';
import { managerOf } from './managed.ts';

type Reached = (cause: Finding, effect: Finding, node: Node) => boolean;

/** Whether the trouble of `cause` can show in `effect`. */
export const reached: Record<Reach, Reached> = {
  everything: () => true,
  // A driver that does not answer leaves the rest of its layer unknown.
  'its layer': (cause, effect) =>
    cause.service === undefined && effect.status === 'unknown' && effect.layer === cause.layer,
  services: ofNode(() => true),
  managed: ofNode(
    (cause, effect, service, node) =>
      effect.check.startsWith('service.') &&
      service.manager !== 'none' &&
      managerOf(service, node).id === cause.subject,
  ),
  mount: ofNode((cause, effect, service) => {
    const place = placeOf(cause.subject);
    // A log is large before the disk is full.
    if (effect.subject.startsWith('log:')) return false;
    // What a file check is about names its place; a log that tells of a full or dead mount tells of this one.
    if (effect.subject.startsWith('model:')) return isBelow(placeOf(effect.subject), place);
    if (effect.signature?.startsWith('OS-')) return true;
    return pathsOf(service).some((path) => isBelow(path, place)) || place === '/';
  }),
  gpus: (cause, effect) =>
    cause.service === undefined &&
    effect.service === undefined &&
    effect.layer === 'gpu' &&
    (cause.subject === effect.subject || cause.subject === 'node' || effect.subject === 'node'),
  'gpu users': ofNode((_, effect, service) => service.gpu && !effect.subject.startsWith('model:')),
  itself: (cause, effect) => cause.service !== undefined && cause.service === effect.service,
  comfyui: (cause, effect, { services }) =>
    (cause.service ?? effect.service) === effect.service &&
    services.some(({ name, kind }) => name === effect.service && kind === 'comfyui'),
  dependants: (cause, effect, node) =>
    cause.service !== undefined &&
    effect.service !== undefined &&
    cause.service !== effect.service &&
    dependsOn(node, effect.service, cause.service),
  'stack gpus': ofStack('stack.hardware', 'stack.toolkit', 'container.gpu', 'ollama.spill'),
  'stack start': ofStack('stack.profile', 'stack.init', 'stack.health', 'container.gpu', 'ollama.models'),
  'stack models': ofStack('stack.init', 'ollama.models'),
  'stack unknown': (cause, { check, status }) =>
    cause.service === undefined && status === 'unknown' && /^(?:stack|container|ollama|comfyui)\./.test(check),
};

/** From what is about the node to what is about its stack. */
function ofStack(...checks: readonly string[]): Reached {
  return (cause, effect) =>
    cause.service === undefined && effect.service === undefined && checks.includes(effect.check);
}

/** From the node as a whole to one of its services. */
function ofNode(holds: (cause: Finding, effect: Finding, service: Service, node: Node) => boolean): Reached {
  return (cause, effect, node) => {
    const service = node.services.find(({ name }) => name === effect.service);
    return cause.service === undefined && service !== undefined && holds(cause, effect, service, node);
  };
}

/** `mount:/data` is about `/data`; trouble with files of the node as a whole is about all of them. */
const placeOf = (subject: string): string => /^(?:mount|model):(.*)$/.exec(subject)?.[1] ?? '/';
const isBelow = (path: string, place: string): boolean =>
  path === place || path.startsWith(place.endsWith('/') ? place : `${place}/`);
const pathsOf = ({ models, files, logs }: Service): readonly string[] => [
  ...models.map(({ path }) => path),
  ...files,
  ...logs,
];

/** Whether a service needs another, directly or through others. */
export function dependsOn(node: Node, service: string, other: string, seen: readonly string[] = []): boolean {
  const declared = node.services.find(({ name }) => name === service);
  if (declared === undefined || seen.includes(service)) return false;
  return needed(declared, node).some((name) => name === other || dependsOn(node, name, other, [...seen, service]));
}

/** An api or a worker that declares nothing is taken to need the model servers of its node. */
function needed(service: Service, node: Node): readonly string[] {
  if (service.needs.length > 0 || (service.kind !== 'api' && service.kind !== 'worker')) return service.needs;
  return node.services
    .filter(({ kind }) => ['llama', 'whisper', 'ollama', 'comfyui'].includes(kind))
    .map(({ name }) => name);
}
