import { OpsError, opsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Policy } from '../core/policy.ts';
import type { Ops } from '../core/tool.ts';
import type { Play, Played } from './on-node.ts';
import { batches, isOver } from './rolling.ts';

export interface Rolling {
  /** How many at once after the first: `1`, `25%`. */
  readonly serial: string;
  readonly maxFailPercent: number;
}

export interface Rolled {
  readonly played: readonly Played[];
  /** Why the rest was left as it is, as a sentence. */
  readonly stopped: string | undefined;
  /** Nothing was begun for that reason. */
  readonly isHeld?: true;
}

const failures: ReadonlySet<Played['state']> = new Set<Played['state']>(['not_verified', 'rolled_back', 'unknown']);
/** Nobody should be asked about the next node before this one is decided. */
const waits: ReadonlySet<Played['state']> = new Set<Played['state']>(['awaiting_approval', 'denied', 'held']);

/** Runs a playbook over nodes: one first, then batch by batch, and no further when too many fail. */
export async function overNodes(
  ops: Ops,
  plays: readonly Play[],
  { serial, maxFailPercent }: Rolling,
  put: (play: Play) => Promise<Played>,
): Promise<Rolled> {
  const played: Played[] = [];
  const all = plays.length;
  for (const batch of batches(plays, serial)) {
    const puts = batch.map((play) => put(play).catch(unreached(ops, play.node, all)));
    played.push(...(await Promise.all(puts).catch(brokenOff(played.length, all))));
    const failed = played.filter(({ state }) => failures.has(state)).length;
    const left = all - played.length;
    if (left === 0) break;
    if (isOver(failed, all, maxFailPercent))
      return { played, stopped: `${count(failed, 'node')} failed: ${left} more left as before.` };
    if (played.some(({ state }) => waits.has(state)))
      return { played, stopped: `${leftText(left)} until that is decided.` };
    ops.progress(`${played.length} of ${all} nodes done, ${failed} failed`);
  }
  return { played, stopped: undefined };
}

/** What ends it all leaves what was done as it is; and that is to be heard. */
const brokenOff =
  (done: number, all: number) =>
  (thrown: unknown): never => {
    const { code, message, hint } = opsError(thrown);
    if (all === 1) throw thrown;
    const where = `${done} of ${count(all, 'node')} were done; rackhand run list says where the others stand. Asked for again, it goes on with those.`;
    throw new OpsError(code, message, { hint: hint === undefined ? where : `${hint} ${where}`, cause: thrown });
  };

/** Puts a playbook to all nodes at once, which is for looking. */
export const atOnce = async (
  ops: Ops,
  plays: readonly Play[],
  put: (play: Play) => Promise<Played>,
): Promise<readonly Played[]> =>
  await Promise.all(plays.map((play) => put(play).catch(unreached(ops, play.node, plays.length))));

const leftText = (left: number): string =>
  left === 1 ? 'One more node is left as it is' : `${left} more nodes are left as they are`;

/** What can't be reached failed; what only the operator can mend ends it all where it is the only node. */
const unreached =
  (ops: Ops, node: Node, all: number) =>
  (thrown: unknown): Played => {
    const error = opsError(thrown);
    const { blame } = error.kind;
    if (blame !== 'node' && (blame !== 'operator' || all === 1)) throw error;
    const finding = ops.unreached(node, error);
    return {
      node: node.name,
      service: undefined,
      state: 'unknown',
      said: error.message,
      remedy: undefined,
      answers: [],
      findings: [finding],
      outcome: undefined,
      runs: [],
      next: error.hint === undefined ? [] : [{ say: error.hint }],
      notes: [],
    };
  };

/** Why nothing should be done where many nodes want the same at once: then the cause is not theirs. */
export function shared(
  planned: readonly Played[],
  nodes: number,
  { breakerPercent, breakerNodes }: Policy['limits'],
): string | undefined {
  const remedies = planned.flatMap(({ remedy, state }) => (remedy === undefined || state === 'well' ? [] : [remedy]));
  for (const remedy of new Set(remedies)) {
    const many = remedies.filter((each) => each === remedy).length;
    if (many >= breakerNodes && (many * 100) / nodes >= breakerPercent)
      return `${many} of ${nodes} nodes want the same (${remedy}): look for a cause that they share before any of them is changed.`;
  }
  return undefined;
}
