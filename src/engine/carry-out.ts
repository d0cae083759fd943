import type { Done, Order } from '../core/action.ts';
import { opsError, type ErrorCode } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { ask } from '../core/probe.ts';
import type { SentEnd, Way } from '../core/run.ts';
import type { Hands } from './hands.ts';
import { lookAgainMs, patiently, patienceMs, soonMs } from './patiently.ts';
import type { Deed } from './plan-set.ts';

/** In a journal; all of it is evidence. */
const longest = 2_000;

/** Trouble that comes before anything is sent. Whatever else is thrown leaves open whether it was carried out. */
const unsent: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['LOCK_LOST', 'REFUSED_BY_NODE', 'AUDIT_FAILED']);

export interface Sent {
  readonly how: SentEnd;
  readonly said: string;
}

/** Which step of a run, and whether it is done, taken back, or done once more. */
export interface Which {
  readonly step: number;
  readonly way: Way;
}

/**
 * Carries one change out, once.
 *
 * The way back and the intent are on disk before; no answer is never success and is not tried again: it is looked at.
 * Errors: `JOURNAL_FAILED`, `STATE_FAILED`, and `CANCELLED` and `LOCK_LOST` while it looks.
 */
export async function carryOut(hands: Hands, which: Which, { action, args, change, ids }: Deed): Promise<Sent> {
  const { journal, node } = hands;
  await hands.hold();
  await hands.keep(ids);
  const order = await patiently(hands, () =>
    hands.look.at(`${action.name} order`, () => action.order(args, node, change)),
  )
    .then(({ fact }) => fact)
    .catch((thrown: unknown): Sent => {
      const { code, message } = opsError(thrown);
      if (code === 'CANCELLED' || code === 'DEFECT') throw thrown;
      return { how: 'failed', said: `Nothing was sent: ${message}` };
    });
  if ('how' in order) return order;
  await journal.append({ type: 'saved', ...which, before: change.before, ids: [...ids] });
  const { lingersMs } = order;
  await journal.append({ type: 'intent', ...which, what: change.what.slice(0, longest), lingersMs });
  hands.say(change.what);
  const sent = await stirred(hands, order, hands.send(order.command))
    .then(async ({ reply, id }): Promise<Sent> => {
      await hands.keep([id]);
      return order.read(reply);
    })
    .catch((thrown: unknown): Sent => {
      const { code, message } = opsError(thrown);
      return { how: unsent.has(code) ? 'failed' : 'unknown', said: message };
    });
  await journal.append({ type: 'result', ...which, how: sent.how, said: sent.said.slice(0, longest) });
  if (sent.how === 'done') return sent;
  // What answered with trouble may have been carried out all the same, and then it has to be taken back.
  const carried = { action, args, before: change.before, lingersMs };
  if (sent.how === 'unknown') return await settle(hands, which, carried);
  if ((await seenNow(hands, carried)).is !== 'done') return sent;
  const said = `It was seen to be done, though the answer was: ${sent.said}`.slice(0, longest);
  await journal.append({ type: 'result', ...which, how: 'done', said });
  return { how: 'done', said };
}

/** Speaks to whoever carries it out until that has answered. What it says is nothing to go by; neither is its silence. */
async function stirred<T>({ look, pause }: Hands, { stir }: Order, answer: Promise<T>): Promise<T> {
  if (stir === undefined) return await answer;
  const over = answer.then(isOver, isOver);
  const start = performance.now();
  for (;;) {
    // Cancelled, it is the answer that says so.
    if (await Promise.race([over, pause(soonMs(performance.now() - start)).then(goesOn, isOver)])) return await answer;
    if (await Promise.race([over, look.at('stir', () => ask(stir)).then(goesOn, goesOn)])) return await answer;
  }
}

const isOver = () => true;
const goesOn = () => false;

type Carried = Pick<Deed, 'action' | 'args'> & { readonly before: Json };

/** What a look says of it. Errors: `CANCELLED`. */
async function seenNow({ look, node }: Hands, { action, args, before }: Carried): Promise<Seen> {
  return await look
    .at(`${action.name} done`, () => action.done(args, node, before))
    .then(({ fact }) => fact)
    .catch((thrown: unknown) => {
      const { code, message } = opsError(thrown);
      if (code === 'CANCELLED' || code === 'DEFECT') throw thrown;
      return { is: 'out_of_reach' as const, say: message };
    });
}

type Seen = Done | { readonly is: 'out_of_reach'; readonly say: string };

/**
 * Finds out by looking what came of a change that left no answer. That it was not done counts only when nobody can still
 * be doing it.
 *
 * Errors: `JOURNAL_FAILED`, `CANCELLED`, `LOCK_LOST`.
 */
export async function settle(
  hands: Hands,
  which: Which,
  carried: Carried & { readonly lingersMs: number },
): Promise<Sent> {
  const { journal } = hands;
  const still = performance.now() + carried.lingersMs;
  const until = still + patienceMs;
  for (;;) {
    const seen = await seenNow(hands, carried);
    if (seen.is === 'done' || (seen.is === 'not_done' && performance.now() >= still)) {
      const sent: Sent =
        seen.is === 'done'
          ? { how: 'done', said: 'It left no answer, and was seen to be done.' }
          : { how: 'not_done', said: `It left no answer, and was not done: ${seen.say}` };
      await journal.append({ type: 'result', ...which, how: sent.how, said: sent.said.slice(0, longest) });
      return sent;
    }
    if (performance.now() > until || seen.is === 'untold')
      return { how: 'unknown', said: `It left no answer, and can't be told by looking: ${seen.say}` };
    hands.say(`Looking what came of it: ${seen.say}`);
    await hands.hold();
    await hands.pause(lookAgainMs);
  }
}
