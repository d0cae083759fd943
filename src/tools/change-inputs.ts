import { z } from 'zod';
import type { Wanted } from '../core/action.ts';
import type { Next, Report } from '../core/report.ts';
import type { ChangeOps } from '../core/tool.ts';
import { changeReport, type changeData } from './change-report.ts';
import { oneNode } from './declared.ts';

/** Inputs that all tools share that change something. */
export const changeInputs = {
  why: z.string().max(500).default('').describe('Why, for the record'),
  plan: z.boolean().default(false).describe('Only show what would be done'),
};

type Given = Readonly<Record<string, string | number | boolean | undefined>>;

interface Asked {
  readonly tool: string;
  readonly input: { readonly node: string; readonly why: string; readonly plan: boolean } & Given;
  readonly steps: readonly Wanted[];
}

/** Has something done to one node, and reports how far it came. */
export async function change(
  ops: ChangeOps,
  { tool, input, steps }: Asked,
): Promise<Report<z.input<typeof changeData>>> {
  const node = oneNode(ops, input.node);
  const outcome = await ops.change({ tool, node, why: input.why, steps, planOnly: input.plan });
  return changeReport(outcome, { node: node.name, tool, args: said(input) });
}

/** A call as it was made, without what was left out. */
const said = (input: Given): NonNullable<Next['args']> =>
  Object.fromEntries(
    Object.entries(input).flatMap(([key, value]) =>
      value === undefined || value === '' || value === false ? [] : [[key, value]],
    ),
  );
