import type { Playbook } from '../core/playbook.ts';
import type { Node } from '../core/node.ts';
import type { Finding } from '../core/report.ts';
import { fitting } from './fitting.ts';

export interface Called {
  readonly playbook: Playbook;
  readonly service: string | undefined;
}

/** The playbook that the leading cause calls for: one for its kind of service before one for all of the node. */
export function calledFor(
  playbooks: readonly Playbook[],
  node: Node,
  findings: readonly Finding[],
): Called | undefined {
  const [lead] = findings.filter(({ role }) => role === 'cause');
  if (lead === undefined) return undefined;
  const service = node.services.find(({ name }) => name === lead.service);
  const scope = { service, services: node.services, findings: [lead] };
  const fits = playbooks.filter(
    ({ kinds, symptoms }) =>
      (kinds.length === 0 || (service !== undefined && kinds.includes(service.kind))) &&
      symptoms.some((symptom) => fitting(symptom, scope).length > 0),
  );
  const [playbook] = fits.toSorted((a, b) => narrowness(a) - narrowness(b));
  return playbook && { playbook, service: playbook.kinds.length === 0 ? undefined : service?.name };
}

const narrowness = ({ kinds }: Playbook): number => (kinds.length === 0 ? Number.POSITIVE_INFINITY : kinds.length);
