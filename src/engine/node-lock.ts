import { randomBytes } from 'node:crypto';
import { captured } from '../core/capture.ts';
import { execAsk, type Command, type ExecAsk, type ExecReply } from '../core/command.ts';
import { OpsError, opsError, type ErrorCode } from '../core/errors.ts';
import { lockTrouble } from '../core/lock-shell.ts';
import type { Node } from '../core/node.ts';
import type { Session } from '../core/session.ts';
import { heldText, lockAnswer, type Holder } from './node-lock-answer.ts';
import { nodeLockScript } from './node-lock-script.ts';

const deadlineMs = 20_000;
const unclear = new Set<ErrorCode>(['CANCELLED', 'DEADLINE', 'LINK_LOST']);

export interface NodeLock {
  /** What the fence of every change has to name. */
  readonly token: string;
  /** Who held it until the lease ran out, and never gave it back. */
  readonly takenFrom?: Holder;
  /** Puts the end of the lease off to `leaseSeconds` from now. Errors: `LOCK_LOST`, and those of the session. */
  renew(signal?: AbortSignal): Promise<void>;
  /** Whether it was still ours to give back. */
  release(): Promise<boolean>;
}

/**
 * Takes the one right to change a node for as long as the lease runs by the node's own clock.
 *
 * Errors: `NODE_BUSY`, `REFUSED_BY_NODE` where no lock can be had there, and those of the session.
 */
export async function takeNodeLock({
  session,
  node,
  owner,
  run,
  leaseSeconds,
  again = false,
  signal,
}: {
  session: Session;
  node: Node;
  owner: string;
  run: string;
  leaseSeconds: number;
  /** What a dead process left of this very run is taken over at once. */
  again?: boolean;
  signal?: AbortSignal | undefined;
}): Promise<NodeLock> {
  const token = randomBytes(16).toString('hex');
  const ask = (verb: string, abort?: AbortSignal): Promise<ExecReply> => {
    const words: ExecAsk['words'] = [
      ...(['sh', '-s', '--', verb, token, String(Math.ceil(leaseSeconds))] as const),
      ...[owner, run].map(oneLine),
      again ? 'again' : '',
    ];
    const [question] = execAsk(words, { stdin: nodeLockScript, bytes: 8_192 });
    const { become } = node;
    const command: Command<'create', ExecAsk> = { effect: 'create', ask: question, deadlineMs, freshMs: -1 };
    return session.ask(become === undefined ? command : { ...command, become }, abort);
  };
  const release = async (): Promise<boolean> => {
    const { exitCode } = await ask('release');
    const trouble = exitCode === 0 ? undefined : lockTrouble(exitCode, `The lock of ${node.name} was not given back`);
    if (trouble !== undefined && trouble.code !== 'LOCK_LOST') throw trouble;
    return trouble === undefined;
  };

  const { exitCode, stdout } = await ask('take', signal).catch(async (thrown: unknown) => {
    // It may have been taken all the same, and would keep everybody out until its lease is over.
    if (unclear.has(opsError(thrown).code)) await release().catch(() => false);
    throw thrown;
  });
  if (exitCode !== 0) throw lockTrouble(exitCode, `${node.name} can not be locked`);
  const { outcome, place, holder, said } = lockAnswer(captured(stdout));
  switch (outcome) {
    case 'taken':
      break;
    case 'busy':
      throw new OpsError('NODE_BUSY', `${node.name} is being changed by ${heldText(holder)}.`, {
        hint: `Wait until that has ended; only if it is certain that it has, remove ${place} there.`,
      });
    case 'stays':
      throw new OpsError(
        'REFUSED_BY_NODE',
        `${node.name} was left locked by ${heldText(holder)}, and the login user may not take that away.`,
        { hint: `Remove ${place} there as root, or set \`become: sudo\` for the node.` },
      );
    case 'strange':
      throw new OpsError('REFUSED_BY_NODE', `${node.name} can not be locked: ${place} there is no file of ours.`, {
        hint: 'Look who put it there, and remove it.',
      });
    default:
      throw new OpsError('REFUSED_BY_NODE', `${node.name} can not be locked; it says: ${said}`, {
        hint: `See there why ${place} can not be written.`,
      });
  }
  return {
    token,
    ...(holder !== undefined && { takenFrom: holder }),
    async renew(abort) {
      const renewed = await ask('renew', abort);
      if (renewed.exitCode !== 0) throw lockTrouble(renewed.exitCode, `The lock of ${node.name} was not renewed`);
    },
    release,
  };
}

/** As one line of the lock file, where a newline would begin another. */
const oneLine = (text: string): string => text.replace(/[^\P{Cc}]+/gu, ' ').slice(0, 200);
