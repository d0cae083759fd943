import { z } from 'zod';
import type { Proposal } from '../approval-desk.ts';
import type { Approval } from '../core/change-set.ts';
import { OpsError } from '../core/errors.ts';
import { count, durationText } from '../core/format.ts';
import { approvalCode } from '../text/approval-code.ts';
import { oneLine } from '../text/one-line.ts';
import { planList } from '../text/plan-list.ts';
import { planText } from '../text/plan-text.ts';
import { myAccount } from '../transport/my-account.ts';
import { approvalSigner, type Signer } from './approval-signer.ts';
import type { Command, Context } from './command.ts';
import { controllingTerminal, type Terminal } from './controlling-terminal.ts';
import { flagsOf } from './flags.ts';
import { print, stdoutPage } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  digest: z.string().optional().describe('Of a plan, 8 or more characters of it; without it the plans are listed'),
  key: z.string().optional().describe('Where the policy names signers: your ssh key, the private or the public file'),
});

export const approve: Command = {
  words: 'approve',
  title: 'Approve what is planned for a node',
  about:
    'Shows a plan and lets you approve it, by typing the code that stands below it. It asks at the terminal that you sit at, and takes an answer from nowhere else. Your yes counts once, for this plan alone and for a short time; where the policy names signers, it is signed by your ssh key.',
  flags: () => flagsOf(input),
  positional: ['digest'],
  async run(values, context) {
    const { digest, key } = typed(input, values);
    const { app, json } = context;
    if (digest === undefined) {
      const sets = await (await app()).approvals.list();
      print(json ? JSON.stringify(sets, undefined, 2) : planList(sets, Date.now(), stdoutPage()));
      return 0;
    }
    const { approval, says } = await approved(digest, key, context);
    print(json ? JSON.stringify(approval, undefined, 2) : `${says} Have it done ${untilText(approval.until)}.`);
    return 0;
  },
};

/** Shows a plan to the person at the terminal and takes their yes, or says who gave theirs. Errors: `NOT_APPROVED`. */
export async function approved(
  digest: string,
  key: string | undefined,
  { app, signal }: Pick<Context, 'app' | 'signal'>,
): Promise<{ readonly approval: Approval; readonly says: string }> {
  const { approvals } = await app();
  const terminal = controllingTerminal();
  try {
    const proposal = await approvals.proposed(digest);
    const signer = await signerFor(proposal, key);
    show(proposal, terminal);
    const { set, standing } = proposal;
    if (standing !== undefined)
      return { approval: standing, says: `${oneLine(standing.by)} has approved this already.` };
    await confirm(proposal, terminal, signal);
    const approval = await approvals.give(set, {
      by: signer?.by ?? myAccount().user,
      how: 'terminal',
      ...(signer && { sign: (text: string) => signedAt(terminal, signer, text, signal) }),
    });
    const how = signer === undefined ? '' : ` and signed as ${oneLine(signer.by)}, and the signature is good`;
    return { approval, says: `Approved${how}.` };
  } finally {
    terminal.close();
  }
}

/** Errors: `USAGE` for a key where nobody has to sign, and where one is missing. */
async function signerFor({ set, policy }: Proposal, key: string | undefined): Promise<Signer | undefined> {
  const { signers } = policy.approval;
  if (signers !== undefined && key !== undefined) return await approvalSigner(key, signers);
  if (signers === undefined && key === undefined) return undefined;
  throw signers === undefined
    ? new OpsError('USAGE', 'The policy names no signers, so --key has no use.')
    : new OpsError('USAGE', `Only an approval signed by a key of ${signers} counts.`, {
        hint: `Name yours: rackhand approve ${set.digest.slice(0, 8)} --key ~/.ssh/id_ed25519.pub`,
      });
}

function show({ set, node, policy }: Proposal, { width, paint, say }: Terminal): void {
  const { minutes } = policy.approval;
  say(['', ...planText(set, { node, at: Date.now(), minutes, width: Math.min(width, 100), paint }), ''].join('\n'));
}

/** Errors: `NOT_APPROVED` where the person does not type the code. */
async function confirm({ set }: Proposal, { paint, say, ask }: Terminal, signal: AbortSignal): Promise<void> {
  const code = approvalCode(set.digest);
  say(`To approve this on ${paint('bold', oneLine(set.node))}, type ${paint('bold', code)}. Enter alone leaves it.`);
  for (let left = 2; left >= 0; left -= 1) {
    const typed = (await ask('code: ', signal))?.trim() ?? '';
    if (typed.toLowerCase() === code) return;
    if (typed === '') break;
    say(`That is not the code.${left > 0 ? ` ${count(left, 'try', 'tries')} left.` : ''}`);
  }
  throw declined();
}

/** Errors: `NOT_APPROVED`, also where the person stops it while a key is asked for. */
async function signedAt({ say }: Terminal, { by, sign }: Signer, text: string, signal: AbortSignal): Promise<string> {
  say(`Signing as ${oneLine(by)}. If your security key blinks, touch it.`);
  const signature = await sign(text, signal);
  if (signal.aborted) throw declined();
  return signature;
}

const declined = (): OpsError => new OpsError('NOT_APPROVED', 'Not approved, and nothing was stored.');

const untilText = (until: number): string =>
  `within ${durationText((until - Date.now()) / 1_000)}: it counts once, until ${new Date(until).toISOString()}`;
