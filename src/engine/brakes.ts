import { durationText } from '../core/format.ts';
import type { Policy } from '../core/policy.ts';

type Limits = Policy['limits'];

/** A change that somebody wants. */
export interface Wish {
  /** Epoch ms. */
  readonly at: number;
  readonly node: string;
  /** Undefined for a change that is about the whole node. */
  readonly service?: string | undefined;
  readonly action: string;
}

/** A wish of the past, and whether it came to be done, or may have: an attempt without a result counts. */
export interface PastWish extends Wish {
  readonly done: boolean;
}

/** `until` is epoch ms: from then on it is free, if nothing else happens. */
export type Brake =
  | { readonly free: true }
  | { readonly free: false; readonly until: number; readonly because: string };

const free: Brake = { free: true };

/** Actions that count as one another: whoever stops and starts a service has restarted it. */
const equivalent: readonly (readonly string[])[] = [['service.restart', 'service.start', 'service.stop']];

const groupOf = (action: string): string => equivalent.find((group) => group.includes(action))?.[0] ?? action;

/** A service rests between two changes, whatever they are; so does a node between two of a kind. */
export function coolDown(past: readonly PastWish[], wish: Wish, { cooldownSeconds }: Limits): Brake {
  const last = timesWithin(
    past.filter((each) => each.done && isSameSubject(each, wish)),
    wish.at,
    cooldownSeconds,
  ).at(-1);
  if (last === undefined) return free;
  const ago = durationText((wish.at - last) / 1_000);
  return {
    free: false,
    until: last + cooldownSeconds * 1_000,
    because: `${subjectOf(wish)} was changed ${ago} ago and rests ${durationText(cooldownSeconds)} between two changes.`,
  };
}

/** A service that needs many restarts needs something else. */
export function restartLimit(past: readonly PastWish[], wish: Wish, limits: Limits): Brake {
  if (groupOf(wish.action) !== 'service.restart') return free;
  const restarts = past.filter(
    (each) => each.done && groupOf(each.action) === 'service.restart' && isSameSubject(each, wish),
  );
  return longest(
    [
      { seconds: 1_800, most: limits.restartsPer30Min },
      { seconds: 604_800, most: limits.restartsPer7Days },
    ].map(({ seconds, most }) => {
      const times = timesWithin(restarts, wish.at, seconds);
      const leaves = times[times.length - most];
      if (leaves === undefined) return free;
      const because = `${subjectOf(wish)} was started, stopped or restarted ${times.length} times in ${durationText(seconds)}; ${most} are allowed.`;
      return { free: false, until: leaves + seconds * 1_000, because };
    }),
  );
}

/**
 * When many nodes want the same fix at once, the cause is not theirs.
 *
 * `nodes` is how many the fleet has. The node that wishes counts itself.
 */
export function breaker(past: readonly PastWish[], wish: Wish, limits: Limits, nodes: number): Brake {
  const { breakerPercent, breakerNodes, breakerSeconds } = limits;
  const enough = Math.max(breakerNodes, Math.ceil((nodes * breakerPercent) / 100));
  const alike = past.filter(
    (each) => each.node !== wish.node && each.service === wish.service && groupOf(each.action) === groupOf(wish.action),
  );
  const lastOfNode = [...new Set(alike.map(({ node }) => node))].flatMap((node) =>
    timesWithin(
      alike.filter((each) => each.node === node),
      wish.at,
      breakerSeconds,
    ).slice(-1),
  );
  const times = lastOfNode.toSorted((a, b) => a - b);
  const leaves = times[times.length - (enough - 1)];
  if (leaves === undefined) return free;
  const what = `${wish.action}${wish.service === undefined ? '' : ` of ${wish.service}`}`;
  return {
    free: false,
    until: leaves + breakerSeconds * 1_000,
    because: `${times.length + 1} of ${nodes} nodes want ${what} within ${durationText(breakerSeconds)}, so look for the cause that they share.`,
  };
}

/** All brakes together: free, or held by the one that holds longest. */
export const brakes = (past: readonly PastWish[], wish: Wish, limits: Limits, nodes: number): Brake =>
  longest([coolDown(past, wish, limits), restartLimit(past, wish, limits), breaker(past, wish, limits, nodes)]);

const untilOf = (brake: Brake): number => (brake.free ? Number.NEGATIVE_INFINITY : brake.until);

const longest = (all: readonly Brake[]): Brake =>
  all.reduce((held, brake) => (untilOf(brake) > untilOf(held) ? brake : held), free);

/**
 * When they were, in order, as far as that is less than a time ago.
 *
 * What a clock that was set back puts into the future counts as of now: a wrong clock must not let go of a brake.
 */
const timesWithin = (past: readonly Wish[], now: number, seconds: number): readonly number[] =>
  past
    .map(({ at }) => Math.min(at, now))
    .filter((at) => at > now - seconds * 1_000)
    .toSorted((a, b) => a - b);

const isSameSubject = (one: Wish, other: Wish): boolean =>
  one.node === other.node &&
  one.service === other.service &&
  (one.service !== undefined || groupOf(one.action) === groupOf(other.action));

const subjectOf = ({ node, service }: Wish): string => (service === undefined ? node : `${service} on ${node}`);
