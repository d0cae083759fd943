import { limitsText, type Knob } from '../core/knob.ts';

/** Beneath it two numbers are the same: 0.7 and 0.1 make less than 0.8. */
const hair = 1e-9;

/** Why a knob may not be set so, with the nearest value that it may be set to; undefined where it may. */
export function beyondLimits(knob: Knob, now: string, to: string): string | undefined {
  const { min, max, step, values } = knob;
  if (values !== undefined)
    return values.map(String).includes(to) ? undefined : `It may be ${limitsText(knob)}, and is ${now} now.`;
  if (min === undefined && max === undefined && step === undefined) return undefined;
  const wanted = Number(to);
  if (!Number.isFinite(wanted)) return `It must be a number (${limitsText(knob)}), and is ${now} now.`;
  const from = Number(now);
  const known = [min, max, step, from].filter((each) => each !== undefined && Number.isFinite(each));
  if (!Number.isInteger(wanted) && known.every(Number.isInteger))
    return `It must be a whole number (${limitsText(knob)}), and is ${now} now.`;
  const reach = step === undefined || !Number.isFinite(from) ? Number.POSITIVE_INFINITY : step;
  const [least, most] = Number.isFinite(from) ? [from - reach, from + reach] : [-reach, reach];
  // A value that stands outside is led back step by step.
  const low = Math.max(least, Math.min(min ?? least, most));
  const high = Math.min(most, Math.max(max ?? most, least));
  if (wanted >= low - hair && wanted <= high + hair) return undefined;
  const nearest = Number((wanted < low ? low : high).toPrecision(12));
  const oneStep = wanted > most + hair || wanted < least - hair ? ' One step at a time:' : '';
  return `It may be ${limitsText(knob)}, and is ${now} now.${oneStep} The nearest that is allowed is ${nearest}.`;
}
