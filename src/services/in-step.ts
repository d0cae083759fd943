import type { Command, Reply } from '../core/command.ts';
import type { Asking } from '../core/probe.ts';

/** Drives several lines of questions side by side: what each asks next goes to the node in one round. */
export function* inStep<T>(askings: readonly Asking<T>[]): Asking<readonly T[]> {
  const turns = askings.map((asking) => asking.next());
  for (;;) {
    const round: Command<'observe'>[] = [];
    for (const turn of turns) if (turn.done !== true) round.push(...turn.value);
    if (turns.every(({ done }) => done === true)) break;
    const replies: readonly Reply[] = yield round;
    let taken = 0;
    for (const [index, asking] of askings.entries()) {
      const turn = turns[index];
      if (turn === undefined || turn.done === true) continue;
      const mine = replies.slice(taken, taken + turn.value.length);
      taken += turn.value.length;
      turns[index] = asking.next(mine);
    }
  }
  return turns.flatMap((turn) => (turn.done === true ? [turn.value] : []));
}
