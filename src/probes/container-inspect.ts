import { defineProbe, type Asking } from '../core/probe.ts';
import type { EngineDown, EnginePlace } from '../services/engine-answer.ts';
import { engineInspect, type ContainerFacts } from '../services/engine-inspect.ts';

export interface InspectInput {
  readonly place: EnginePlace;
  /** Ids or names. */
  readonly containers: readonly string[];
  /** Variables of their environments that are wanted; no other is read. */
  readonly wanted: readonly string[];
}

export type Inspection =
  | EngineDown
  | {
      readonly reachable: true;
      /** The clock of the engine, in epoch seconds. */
      readonly clock: number | null;
      /** Without those that are not there any more. */
      readonly containers: readonly ContainerFacts[];
    };

export const containerInspect = defineProbe({
  name: 'container.inspect',
  summary: 'State, health, mounts, devices and networks of containers, without their environment',
  *steps({ place, containers, wanted }: InspectInput): Asking<Inspection> {
    const answers = yield* engineInspect(place, containers, wanted);
    const down = answers.find((answer) => !answer.reachable);
    if (down?.reachable === false) return down;
    const found = answers.flatMap((answer) => (answer.reachable && answer.value !== null ? [answer] : []));
    return {
      reachable: true,
      clock: found.at(-1)?.clock ?? null,
      containers: found.flatMap(({ value }) => value ?? []),
    };
  },
});
