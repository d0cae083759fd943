import { OpsError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { decide } from './decide.ts';

/**
 * What alters nothing needs nobody's yes, unless a rule asks for one; and a yes counts for one digest, which no text
 * that is to be written has, so such a rule forbids it.
 *
 * Errors: `NOT_APPROVED`.
 */
export function mayMake(policy: Policy, wanted: Omit<Parameters<typeof decide>[1], 'effect' | 'risk'>): void {
  const { decision, rule, because } = decide(policy, { ...wanted, effect: 'create', risk: 'safe' });
  if (decision === 'allow' || rule === 'no_rule') return;
  throw new OpsError('NOT_APPROVED', because, {
    hint: `A rule of the policy with \`decide: allow\` and \`action: ${wanted.action}\`, in place of that one, lets it.`,
  });
}
