import type { z } from 'zod';
import type { AnyAction, Change, Wanted } from '../core/action.ts';
import type { PlannedChange } from '../core/change-set.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Finding, Next } from '../core/report.ts';
import { canonicalDigest } from './canonical-digest.ts';
import type { Look } from './hands.ts';

/** A change with what it takes to carry it out. */
export interface Deed {
  readonly action: AnyAction;
  readonly args: unknown;
  readonly change: Change;
  /** Of the evidence that the plan rests on. */
  readonly ids: readonly string[];
  readonly findings: readonly Finding[];
}

export interface Refusal {
  readonly because: string;
  readonly next: readonly Next[];
  /** What was found before, that may speak against it. */
  readonly findings: readonly Finding[];
}

/** The action that a name stands for, with its arguments. Errors: `USAGE` for those that its schema refuses. */
export function actionOf(actions: readonly AnyAction[], { action: name, args }: Wanted) {
  const action = actions.find((each) => each.name === name);
  if (action === undefined) throw new OpsError('DEFECT', `There is no action ${name}.`);
  const parsed: z.ZodSafeParseResult<unknown> = action.args.safeParse(args);
  if (parsed.success) return { action, args: parsed.data };
  const [issue] = parsed.error.issues;
  throw new OpsError('USAGE', `${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}.`);
}

/** What an action would do now. `known` are findings of a moment ago, so that nobody waits for second samples twice. */
export async function planDeed(
  wanted: Wanted,
  {
    actions,
    node,
    look,
    known,
  }: { actions: readonly AnyAction[]; node: Node; look: Look; known?: readonly Finding[] | undefined },
): Promise<Deed | Refusal> {
  const { action, args } = actionOf(actions, wanted);
  const guards = action.guards(args, node);
  const findings = known ?? (await look.survey(servicesOf(node, guards.services), guards.checks));
  const { fact: plan, evidence } = await look.at(`${action.name} plan`, () => action.plan(args, node, findings));
  if (!plan.can) return { because: plan.because, next: plan.next, findings };
  const ids = [...evidence, ...findings.flatMap((finding) => finding.evidence)];
  return { action, args, change: plan, ids: [...new Set(ids)], findings };
}

export const isRefusal = (planned: object): planned is Refusal => 'because' in planned;

/** As an approver sees it, named by what it does and by the world that it rests on. */
export function plannedChange(wanted: Wanted, { change }: Deed): PlannedChange {
  const { subject, service, args, risk, what, diff, drops, proves, undo, again, world } = change;
  const shown = {
    ...wanted,
    ...(args !== undefined && { args }),
    subject,
    ...(service !== undefined && { service }),
    risk,
    what,
    ...(diff !== undefined && { diff: [...diff] }),
    drops: [...drops],
    proves: [...proves],
    undo: undo === null ? null : { ...undo },
    ...(again !== undefined && { again }),
  };
  return { ...shown, digest: canonicalDigest({ shown, world }) };
}

/**
 * A node as if it had only these services, and none of them were too young to be judged: before a change their age does
 * not matter, and after it the quiet time of the change says for how long they must have run.
 */
export const servicesOf = (node: Node, names: readonly string[]): Node => ({
  ...node,
  services: node.services.filter(({ name }) => names.includes(name)),
  thresholds: { ...node.thresholds, youngSeconds: 0 },
});
