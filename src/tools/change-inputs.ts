import { z } from 'zod';
import type { Wanted } from '../core/action.ts';
import type { Next, Report } from '../core/report.ts';
import { nodeInput, type ChangeOps } from '../core/tool.ts';
import { changeReport, type changeData } from './change-report.ts';
import { oneNode } from './declared.ts';

/** Inputs that all tools share that change something. */
export const changeInputs = {
  why: z.string().default('').describe('Why, for the record'),
  plan: z.boolean().default(false).describe('Only plan'),
};

export const serviceNameInput = z.string().describe('As declared');
/** Of a tool that brings a service up. */
export const startInputs = {
  node: nodeInput,
  service: serviceNameInput,
  reason: z.string().optional().describe('What was mended just now'),
  ...changeInputs,
};
export const startArgs = ({ service, reason }: { readonly service: string; readonly reason?: string | undefined }) => ({
  service,
  ...(reason !== undefined && { reason }),
});

export const modelPathInput = z.string().describe('Of the declared model');

/** A service takes up what was changed by a restart, where that is wanted. */
export const restarted = ({
  service,
  restart,
}: {
  readonly service: string;
  readonly restart: boolean;
}): readonly Wanted[] =>
  restart ? [{ action: 'service.restart', args: { service, reason: 'Changed just before.' } }] : [];

type Given = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

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
  const request = { tool, node, why: input.why, steps };
  const outcome = await (input.plan ? ops.plan(request) : ops.change(request));
  return changeReport(outcome, { node: node.name, tool, args: callAgain(input) });
}

/** A call as it was made, without what was left out. */
export const callAgain = (input: Given): NonNullable<Next['args']> =>
  Object.fromEntries(
    Object.entries(input).flatMap(([key, value]) =>
      value === undefined || value === '' || value === false || (isList(value) && value.length === 0)
        ? []
        : [[key, isList(value) ? [...value] : value]],
    ),
  );

const isList = (value: Given[string]): value is readonly string[] => Array.isArray(value);
