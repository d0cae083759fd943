import type { ServiceState } from '../core/service-manager.ts';

/** A unit that its manager does not know. */
const missingUnit = (unit: string, why: string | undefined): ServiceState => ({
  unit,
  state: 'missing',
  said: 'no such service',
  pid: null,
  uptimeSeconds: null,
  restarts: null,
  exitCode: null,
  logs: [],
  ...(why !== undefined && { why }),
});

/**
 * What a manager knows, with each declared unit under the name it was declared by, and `missing` where there is none.
 *
 * `plain` makes two spellings of one unit equal, as `llama:llama` and `llama` are to supervisord; `absence` says why a unit
 * may not be there, where its manager knows more than that.
 */
export function declaredUnits(
  known: readonly ServiceState[],
  units: readonly string[],
  plain: (unit: string) => string = (unit) => unit,
  absence: (unit: string) => string | undefined = () => undefined,
): readonly ServiceState[] {
  const declared = new Map(units.map((unit) => [plain(unit), unit]));
  const named = known.map((state) => ({ ...state, unit: declared.get(plain(state.unit)) ?? state.unit }));
  const found = new Set(known.map(({ unit }) => plain(unit)));
  return [...named, ...units.filter((unit) => !found.has(plain(unit))).map((unit) => missingUnit(unit, absence(unit)))];
}
