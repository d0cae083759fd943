import { isWithin } from '../core/hours.ts';
import { whenSchema, type Case, type Decision, type Policy, type Rule, type When } from '../core/policy.ts';

/** What a policy says of a case. */
export interface Verdict {
  readonly decision: Decision;
  /** Index of the rule that decided, or which built-in one did. */
  readonly rule: number | 'read_only' | 'person' | 'looking' | 'no_rule';
  /** One sentence. */
  readonly because: string;
}

/**
 * Whether something may be done.
 *
 * Read-only wins over everything, and what only a person may do is never run. Then deny wins over ask and ask over
 * allow among the rules that fit, the first one of a kind speaking for it. Where none fits, looking is allowed and
 * everything else asked about.
 */
export function decide({ read_only: readOnly, rules }: Policy, wanted: Case): Verdict {
  const looks = wanted.effect === 'observe';
  if (readOnly && !looks)
    return { decision: 'deny', rule: 'read_only', because: 'The policy is read-only: nothing is changed.' };
  if (wanted.risk === 'person')
    return { decision: 'deny', rule: 'person', because: `Only a person does ${wanted.action}; it is never run.` };
  for (const decision of ['deny', 'ask', 'allow'] as const) {
    const index = rules.findIndex((rule) => rule.decide === decision && ruleFits(rule, wanted));
    const rule = rules[index];
    if (rule !== undefined) return { decision, rule: index, because: rule.why ?? sentences[decision](wanted.action) };
  }
  if (looks) return { decision: 'allow', rule: 'looking', because: 'Looking is allowed where no rule forbids it.' };
  return { decision: 'ask', rule: 'no_rule', because: `No rule is about this ${wanted.effect}, so a person is asked.` };
}

const sentences: Readonly<Record<Decision, (action: string) => string>> = {
  deny: (action) => `A rule of the fleet file forbids ${action} here.`,
  ask: (action) => `A rule of the fleet file wants ${action} approved here.`,
  allow: (action) => `A rule of the fleet file allows ${action} here.`,
};

/** Whether one value of a condition fits a case. */
const conditions: Readonly<Record<keyof When, (value: string, wanted: Case, decision: Decision) => boolean>> = {
  effect: (value, { effect }) => value === effect,
  risk: (value, { risk }) => value === risk,
  action: (value, { action }) => patternFits(value, action),
  label: (value, { node }) => labelFits(value, node.labels),
  node: (value, { node }) => value === node.name,
  service: (value, { service }) => service !== undefined && patternFits(value, service),
  principal: (value, { principal }, decision) => (principal === undefined ? decision !== 'allow' : value === principal),
  hours: (value, { at }) => isWithin(value, at),
};

const keys = whenSchema.keyof().options;

const ruleFits = ({ decide: decision, when }: Rule, wanted: Case): boolean =>
  keys.every((key) => {
    const values = when[key];
    return values === undefined || [values].flat().some((value) => conditions[key](value, wanted, decision));
  });

const patternFits = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

const labelFits = (written: string, labels: Case['node']['labels']): boolean =>
  Object.entries(labels).some(([name, value]) => written === `${name}=${value}`);
