import type { Action, Change, Done, Outcome, Plan } from '../../src/core/action.ts';
import type { Node } from '../../src/core/node.ts';
import type { Finding } from '../../src/core/report.ts';
import { drive } from './drive.ts';
import { send } from './send-order.ts';

/** An action on this machine, over the local transport, with its arguments as a journal keeps them. */
export function onThisMachine<Args>(
  action: Action<Args>,
  given: unknown,
  node: Node,
  findings: readonly Finding[] = [],
) {
  const args = action.args.parse(JSON.parse(JSON.stringify(given)));
  return {
    plan: (): Promise<Plan> => drive(action.plan(args, node, findings)),
    /** The change of a plan; throws why there is none. */
    async change(): Promise<Change> {
      const plan = await drive(action.plan(args, node, findings));
      if (!plan.can) throw new Error(plan.because);
      return plan;
    },
    send: async (change: Change): Promise<Outcome> => send(await drive(action.order(args, node, change))),
    done: ({ before }: Change): Promise<Done> => drive(action.done(args, node, JSON.parse(JSON.stringify(before)))),
  };
}
