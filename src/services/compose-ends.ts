import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { ask, type Asking } from '../core/probe.ts';
import { exitsIn, type LifeLine } from './exit-log.ts';
import { engineQuestion, type EnginePlace } from './engine-answer.ts';
import { jsonValue } from './record.ts';
import type { Exits } from '../core/service-manager.ts';

const eventSchema = z.object({
  Action: z.string(),
  time: z.number(),
  timeNano: z.number().nullish(),
  Actor: z.object({
    ID: z.string().nullish(),
    Attributes: z.object({ exitCode: z.string().nullish(), signal: z.string().nullish() }).nullish(),
  }),
});
type Event = z.infer<typeof eventSchema>;

/** One event of one container. */
export interface ContainerEvent extends LifeLine {
  readonly container: string;
}

const kinds = ['start', 'die', 'kill', 'oom'];
/** They are sent to a program that goes on: HUP, USR1, USR2, WINCH. */
const mild = new Set(['1', '10', '12', '28']);

/**
 * What an engine remembers of the lives of containers, oldest first: only its last 256 events of any kind, and those of
 * health checks are among them. It is asked up to a second of its own clock, and waits where that is still to come.
 *
 * Source: `GET /events` of the Docker Engine API; moby, daemon/events.
 */
export function* containerEvents(
  place: EnginePlace,
  containers: readonly string[],
  until: number,
): Asking<readonly ContainerEvent[]> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], container: containers, event: kinds }));
  const reply = yield* ask(engineQuestion(place, `/events?since=1&until=${until}&filters=${filters}`));
  if (!reply.ok || reply.status !== 200) return [];
  const events = captured(reply.body)
    .split('\n')
    .flatMap((line) => eventSchema.safeParse(jsonValue(line)).data ?? []);
  return events.flatMap((event, index) => {
    const afterOom = events
      .slice(0, index)
      .findLast(({ Actor, Action }) => Actor.ID === event.Actor.ID && Action !== 'kill');
    return lifeOf(event, afterOom?.Action === 'oom');
  });
}

function lifeOf({ Action, time, timeNano, Actor }: Event, outOfMemory: boolean): readonly ContainerEvent[] {
  const at = timeNano == null ? time : timeNano / 1e9;
  const container = Actor.ID ?? '';
  if (Action === 'start') return [{ container, at, event: 'start' }];
  if (Action === 'kill') return mild.has(Actor.Attributes?.signal ?? '') ? [] : [{ container, at, event: 'by hand' }];
  if (Action !== 'die') return [];
  const how = `exit code ${Actor.Attributes?.exitCode ?? 'unknown'}${outOfMemory ? ', out of memory' : ''}`;
  return [{ container, at, event: 'end', how }];
}

/** Whether the last end of a container was told to it. */
export function wasTold(events: readonly ContainerEvent[], container: string): boolean {
  const own = events.filter((event) => event.container === container);
  return own.findLast(({ event }) => event !== 'end')?.event === 'by hand';
}

interface Lived {
  readonly id: string;
  readonly restarts: number;
  readonly finishedAt: number | null;
}

/** Ends that nobody asked for; of a container that its engine started again without remembering why, the last one. */
export function endsOf(containers: readonly Lived[], events: readonly ContainerEvent[]): Exits['exits'] {
  const ends = containers.flatMap(({ id, restarts, finishedAt }) => {
    const told = exitsIn(events.filter(({ container }) => container === id));
    if (told.length > 0 || restarts === 0 || finishedAt === null) return told;
    return [{ at: finishedAt, ranSeconds: null, how: `restart ${restarts} by the engine` }];
  });
  return ends.toSorted((a, b) => a.at - b.at);
}
