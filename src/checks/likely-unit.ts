import type { ServiceState } from '../core/service-manager.ts';
import { nearest } from '../core/text.ts';

/** What a unit that a manager does not know was probably meant to be: a member of that group, that name in a group, or a slip. */
export function likelyUnit(unit: string, known: readonly ServiceState[]): string | undefined {
  const units = known.filter(({ state }) => state !== 'missing').map((state) => state.unit);
  const name = unit.slice(unit.lastIndexOf(':') + 1);
  return units.find((other) => other.startsWith(`${unit}:`) || other.endsWith(`:${name}`)) ?? nearest(unit, units);
}
