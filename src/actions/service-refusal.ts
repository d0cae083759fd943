import type { Plan } from '../core/action.ts';
import type { Node } from '../core/node.ts';
import type { Finding, Next } from '../core/report.ts';
import { unitOf, type Service } from '../core/service.ts';
import type { ServiceState, Verb } from '../core/service-manager.ts';
import { likelyUnit } from '../checks/likely-unit.ts';
import type { ServiceNow } from './service-now.ts';

export const refuse = (because: string, next: readonly Next[] = []): Plan => ({ can: false, because, next });

/** Why a service as it is now can't be told that, if anything stands against it. */
export function refusalOf(verb: Verb, service: Service, node: Node, now: ServiceNow): Plan | undefined {
  const { name, manager } = service;
  const triage = { say: `See what else ${node.name} says.`, tool: 'node_triage', args: { nodes: [node.name] } };
  if (now.silent !== undefined) return refuse(`${manager} can not be asked for ${name}: ${now.silent}.`, [triage]);
  if (now.state === null) return refuse(`${manager} does not tell the state of ${name}.`, [triage]);
  if (now.state.state === 'missing') {
    const meant = likelyUnit(unitOf(service), now.known);
    const hint = meant === undefined ? '' : `; the nearest that it knows is ${meant}`;
    const why = now.state.why === undefined ? '' : `: ${now.state.why}`;
    const all = { say: `See what ${manager} knows.`, tool: 'service_list', args: { nodes: [node.name] } };
    return refuse(`${manager} knows no ${unitOf(service)}${why}${hint}.`, [all]);
  }
  const why = standsAgainst(verb, now.state);
  return why === undefined
    ? undefined
    : refuse(`${name} ${why} (${manager} says "${now.state.said}").`, other(verb, name));
}

function standsAgainst(verb: Verb, { state }: ServiceState): string | undefined {
  if (state === 'unknown') return 'is in no state that is known';
  if (state === 'stopping') return 'is being stopped at this moment';
  const isUp = state === 'running' || state === 'starting';
  if (verb === 'start' && isUp) return 'runs already';
  if (verb === 'start' && state === 'crashing') return 'is started again and again by its manager already';
  if (verb === 'stop' && !isUp && state !== 'crashing') return 'does not run';
  return undefined;
}

const other = (verb: Verb, name: string): readonly Next[] =>
  verb === 'start' ? [{ say: `Restart ${name} instead, if it is not well.` }] : [];

/** A start that can't help is never done; after a fix it may, and then somebody says what was fixed. */
export function helpless(
  verb: Verb,
  { name }: Service,
  node: Pick<Node, 'name'>,
  findings: readonly Finding[],
  reason: string | undefined,
): Plan | undefined {
  if (verb === 'stop') return undefined;
  const told = findings.filter(
    ({ service, status }) => service === name && (status === 'critical' || status === 'degraded'),
  );
  const never = told.find(({ restartHelps }) => restartHelps === 'no');
  if (never !== undefined) return refuse(`To ${verb} ${name} does not help: ${never.summary}`, never.next);
  const first = told.find(({ restartHelps }) => restartHelps === 'after-fix');
  if (first === undefined || reason !== undefined) return undefined;
  return refuse(`To ${verb} ${name} does not help before this is mended: ${first.summary}`, [
    ...(first.next ?? []),
    {
      say: 'Once it is mended, say what was done:',
      tool: `service_${verb}`,
      args: { node: node.name, service: name, reason: 'what was done' },
    },
  ]);
}
