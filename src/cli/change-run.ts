import { OpsError } from '../core/errors.ts';
import type { AnyTool } from '../core/tool.ts';
import { approved } from './approve.ts';
import type { Context, Values } from './command.ts';
import { controllingTerminal } from './controlling-terminal.ts';
import type { Flag } from './flags.ts';
import { called } from './tool-call.ts';

export const yesFlag: Flag = {
  key: 'yes',
  flag: '--yes',
  type: 'boolean',
  many: false,
  required: false,
  choices: [],
  says: 'Without asking here; what the policy wants approved still waits for that',
};

/** Has a tool change something: shows the plan first, and asks the person at the terminal. */
export async function changeRun(tool: AnyTool, { yes, ...input }: Values, context: Context): Promise<number> {
  const call = async (more: Values = {}) => await called(tool, { ...input, ...more }, context);
  if (yes === true || input['plan'] === true) return await (await call()).show();
  const isPerson = process.stdin.isTTY && process.stdout.isTTY && !context.json;
  const plan = 'plan' in tool.input.shape ? await call({ plan: true }) : undefined;
  const planned = plan?.report.change;
  // Where nothing is planned there is nothing to say yes to.
  if (plan !== undefined && planned?.state !== 'planned') return await plan.show();
  if (planned?.asks === true) {
    const waiting = await call();
    const { state, digest } = waiting.report.change ?? {};
    if (!isPerson || state !== 'awaiting_approval' || digest === undefined) return await waiting.show();
    const { says } = await approved(digest, undefined, context);
    process.stderr.write(`${says}\n\n`);
  } else {
    if (isPerson) await plan?.show();
    await confirmed(context, isPerson);
  }
  return await (await call()).show();
}

/** Errors: `USAGE` where nobody is there to ask, `NOT_APPROVED` where they say no. */
async function confirmed({ signal }: Context, isPerson: boolean): Promise<void> {
  if (!isPerson)
    throw new OpsError('USAGE', 'Nobody is here to say yes.', {
      hint: 'Add --yes where that is meant, or --plan to see what would be done.',
    });
  const terminal = controllingTerminal();
  try {
    const answer = await terminal.ask('Do it? [y/N] ', signal);
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new OpsError('NOT_APPROVED', 'Nothing was done.');
  } finally {
    terminal.close();
  }
}
