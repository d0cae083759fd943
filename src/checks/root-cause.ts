import { compareLayers, type Layer } from '../core/layer.ts';
import type { Node } from '../core/node.ts';
import { statuses, type Finding } from '../core/report.ts';
import type { Service } from '../core/service.ts';

/**
 * Findings with their roles, causes first: the lowest failing layer is the cause, what depends on it follows from it.
 *
 * Trouble that nothing lower explains is a cause of its own. An `unknown` is never blamed for anything, but for a node
 * that can't be reached.
 */
export function rootCause(findings: readonly Finding[], node: Node): readonly Finding[] {
  const causes: Finding[] = [];
  const rooted = [...findings].sort(byDepth).map((finding): Finding => {
    if (!isTrouble(finding)) return finding;
    if (causes.some((cause) => explains(cause, finding, node))) return { ...finding, role: 'consequence' };
    if (finding.status === 'unknown' && finding.layer !== 'reach') return finding;
    const cause: Finding = { ...finding, role: 'cause' };
    causes.push(cause);
    return cause;
  });
  return rooted.sort((a, b) => roleOrder[a.role] - roleOrder[b.role] || severity(b) - severity(a));
}

const roleOrder = { cause: 0, consequence: 1, finding: 2 };
const severity = ({ status }: Finding): number => statuses.indexOf(status);
const isTrouble = ({ status }: Finding): boolean => status !== 'ok' && status !== 'not_applicable';

/** Within one layer of one service: what is missing, then what its log says, then what the manager and the port show. */
const orderInLayer: readonly string[] = ['service.files', 'service.log', 'service.running', 'service.health'];

function byDepth(a: Finding, b: Finding): number {
  return (
    compareLayers(a.layer, b.layer) ||
    orderInLayer.indexOf(a.check) - orderInLayer.indexOf(b.check) ||
    severity(b) - severity(a)
  );
}

function explains(cause: Finding, effect: Finding, node: Node): boolean {
  if (cause.service === undefined) return explainsAsNode(cause, effect, node);
  if (effect.service === undefined) return false;
  // A service that is merely degraded does not explain one that is down.
  if (severity(cause) < severity(effect) && effect.status === 'critical') return false;
  return cause.service === effect.service || dependsOn(node, effect.service, cause.service);
}

const wholeNode: readonly Layer[] = ['reach', 'boot', 'storage'];

/** The node, a mount or the GPUs fail: only what is critical there, or a node out of reach, pulls services down. */
function explainsAsNode(cause: Finding, effect: Finding, node: Node): boolean {
  if (cause.status !== 'critical' && cause.layer !== 'reach') return false;
  // A driver that does not answer leaves the rest of its layer unknown.
  if (cause.layer === effect.layer) return effect.status === 'unknown';
  if (wholeNode.includes(cause.layer)) return true;
  if (effect.service === undefined) return effect.layer === cause.layer;
  const gpuUsers = node.services.filter(({ gpu }) => gpu).map(({ name }) => name);
  return gpuUsers.some((user) => user === effect.service || dependsOn(node, effect.service ?? '', user));
}

/** Whether a service needs another, directly or through others. */
function dependsOn(node: Node, service: string, other: string, seen: readonly string[] = []): boolean {
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
