import type { Judged } from '../core/action.ts';
import type { Json } from '../core/json.ts';
import { figuresSchema, requests, type Figures } from './measured-service.ts';

/** From when on a tuning is worse. Each figure with the reason for it. */
export const tuningLimits = {
  slowerTimes: { value: 1.25, why: 'the middle of five requests to an idle service moves by less than this by itself' },
  slowerMs: { value: 20, why: 'less nobody notices, and the line to the node moves by as much' },
  ownRestarts: { value: 1, why: 'the value is taken up by one restart; more than that it did by itself' },
  gpuFreePart: { value: 0.01, why: 'the next allocation of a request fails when nothing is left' },
  memoryFreePart: { value: 0.05, why: 'below, the kernel takes memory back by force and ends programs' },
} as const;

const { slowerTimes, slowerMs, ownRestarts, gpuFreePart, memoryFreePart } = tuningLimits;

type Rule = (before: Figures, after: Figures) => Judged | undefined;
const worse = (say: string): Judged => ({ is: 'worse', say });
const unproven = (say: string): Judged => ({ is: 'unproven', say });
const ms = (time: number): string => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;

/** The first that fits decides: what is broken before what is slow, and what is not known before what is better. */
const rules: readonly Rule[] = [
  (_, { health }) => (health === null || health === 'ok' ? undefined : worse(`It is not well with it: ${health}.`)),
  (_, { latencyMs, probe }) => (latencyMs === null ? worse(`The request that measures it ${probe}.`) : undefined),
  (_, { drift }) =>
    drift === null || drift === 'none' || drift === 'unknown'
      ? undefined
      : unproven('Its manager runs it by another configuration than the one on disk, so the value is not in use.'),
  (before, after) =>
    before.restarts !== null && after.restarts !== null && after.restarts - before.restarts > ownRestarts.value
      ? worse(`It was started ${after.restarts - before.restarts} times since: it does not keep up with it.`)
      : undefined,
  ({ gpuFreeBytes: before }, { gpuFreeBytes: free, gpuUsedBytes: used }) => {
    if (before === null) return undefined;
    if (free === null || used === null) return unproven('The GPU memory could not be read any more.');
    return free < before && free < (free + used) * gpuFreePart.value
      ? worse('It leaves no GPU memory: the next allocation fails.')
      : undefined;
  },
  ({ memoryAvailableBytes: before }, { memoryAvailableBytes: free, memoryTotalBytes: total }) =>
    before !== null && free !== null && total !== null && free < before && free < total * memoryFreePart.value
      ? worse(`It leaves less than ${memoryFreePart.value * 100} % of the memory of the node.`)
      : undefined,
  ({ latencyMs: before }, { latencyMs: after }) => {
    if (after === null) return undefined;
    if (before === null) return { is: 'better', say: `It answers in ${ms(after)}, and did not answer before.` };
    const times = `It answers in ${ms(after)} instead of ${ms(before)} (median of ${requests})`;
    if (isSlower(before, after)) return worse(`${times}: it is slower.`);
    return isSlower(after, before) ? { is: 'better', say: `${times}.` } : undefined;
  },
];

const isSlower = (one: number, other: number): boolean =>
  other > one * slowerTimes.value && other - one > slowerMs.value;

/** Whether a service does better by what was measured before and after. */
export function judgeTuning(before: Json, after: Json): Judged {
  const [was, is] = [figuresSchema.safeParse(before), figuresSchema.safeParse(after)];
  if (!was.success || !is.success) return unproven('What was measured can not be read any more.');
  for (const rule of rules) {
    const judged = rule(was.data, is.data);
    if (judged !== undefined) return judged;
  }
  const [one, other] = [was.data.latencyMs ?? 0, is.data.latencyMs ?? 0];
  return { is: 'same', say: `It is as fast as before (${ms(other)}, ${ms(one)} before; median of ${requests}).` };
}
