import { likeName, type Condition } from '../core/playbook.ts';
import type { Finding } from '../core/report.ts';
import type { Service } from '../core/service.ts';

/** What a playbook is asked about: a service of a node, or all of it. */
export interface Scope {
  readonly service: Service | undefined;
  /** All that are looked at. */
  readonly services: readonly Service[];
  /** Told apart into causes and consequences. */
  readonly findings: readonly Finding[];
}

/** The findings that a condition fits. */
export const fitting = (condition: Condition, { service, services, findings }: Scope): readonly Finding[] =>
  findings.filter(
    (finding) =>
      likeName(condition.check, finding.check) &&
      condition.status.includes(finding.status) &&
      (condition.consequence || finding.role !== 'consequence') &&
      isOf(condition.of, finding, service) &&
      (condition.signature === undefined || condition.signature.some((id) => likeName(id, finding.signature ?? ''))) &&
      (condition.says === undefined || holds(textsOf(finding), condition.says)) &&
      (condition.restartHelps === undefined || includes(condition.restartHelps, finding.restartHelps)) &&
      (condition.kind === undefined || includes(condition.kind, kindOf(finding, services))),
  );

const textsOf = ({ summary, next = [] }: Finding): readonly string[] => [summary, ...next.map(({ say }) => say)];

const holds = (texts: readonly string[], some: readonly string[]): boolean =>
  texts.some((text) => some.some((each) => text.includes(each)));

const kindOf = ({ service }: Finding, services: readonly Service[]): Service['kind'] | undefined =>
  services.find(({ name }) => name === service)?.kind;

const includes = <T>(all: readonly T[], one: T | undefined): boolean => all.some((each) => each === one);

function isOf(of: Condition['of'], finding: Finding, service: Service | undefined): boolean {
  const isNode = finding.service === undefined;
  const isService = !isNode && (service === undefined || finding.service === service.name);
  return of === 'any' ? isNode || isService : of === 'node' ? isNode : isService;
}
