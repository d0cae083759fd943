import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { clean } from '../core/text.ts';

export interface Poller {
  readonly identity: string;
  readonly type: 'activity' | 'workflow';
  /** When it last asked for a task, in seconds since 1970 by the clock of the server; null where it does not say. */
  readonly lastAccess: number | null;
}

/** What waits in one of the two halves of a task queue; rates are tasks a second over the last 30 s. */
export interface Backlog {
  readonly tasks: number;
  /** Age of the oldest. */
  readonly ageSeconds: number;
  readonly addRate: number;
  readonly dispatchRate: number;
}

export interface View {
  readonly pollers: readonly Poller[];
  /** Null where the server counts nothing. */
  readonly backlog: Readonly<Record<Poller['type'], Backlog | null>>;
}

const mostPollers = 200;

// 64-bit numbers are text in the JSON of protobuf and numbers in that of the program; what is zero is left out.
const number = z.coerce.number().catch(0);
const text = z.string().catch('');
const listOf = <T extends z.ZodType>(of: T) => z.array(of).nullish();

const pollerSchema = z.object({ identity: text, lastAccessTime: text });
const statsSchema = z.object({
  approximateBacklogCount: number,
  approximateBacklogAge: text,
  tasksAddRate: number,
  tasksDispatchRate: number,
});
const typed = { taskQueueType: text };

/** `temporal task-queue describe --output json`. Source: recorded with 1.3.0; its rows come in no order. */
const programSchema = z.object({
  pollers: listOf(pollerSchema.extend(typed)),
  stats: listOf(statsSchema.extend(typed)),
});
/** DescribeTaskQueue as the HTTP API answers it. Source: recorded with server 1.27.1, api workflowservice.proto. */
const apiSchema = z.object({ pollers: listOf(pollerSchema), stats: statsSchema.nullish() });
const enhancedSchema = z.object({
  versionsInfo: z
    .record(
      z.string(),
      z.object({ typesInfo: z.record(z.string(), z.object({ stats: statsSchema.nullish() })).nullish() }),
    )
    .nullish(),
});

/** Errors: `OUTPUT_UNREADABLE`, as of the other two. */
export function programView(output: string): View {
  const { pollers, stats } = parsed(programSchema, output);
  const of = (type: Poller['type']) => backlogOf((stats ?? []).filter((each) => each.taskQueueType === type));
  return {
    pollers: (pollers ?? [])
      .flatMap((each) =>
        each.taskQueueType === 'activity' || each.taskQueueType === 'workflow'
          ? [pollerOf(each, each.taskQueueType)]
          : [],
      )
      .slice(0, mostPollers),
    backlog: { activity: of('activity'), workflow: of('workflow') },
  };
}

/** One half of a queue. */
export function apiView(
  body: string,
  type: Poller['type'],
): Pick<View, 'pollers'> & { readonly backlog: Backlog | null } {
  const { pollers, stats } = parsed(apiSchema, body);
  return {
    pollers: (pollers ?? []).slice(0, mostPollers).map((each) => pollerOf(each, type)),
    backlog: stats ? backlogOf([stats]) : null,
  };
}

/** The counts of both halves, as servers before 1.28 tell them. Types are the numbers of the API. */
export function enhancedBacklog(body: string): View['backlog'] {
  const { versionsInfo } = parsed(enhancedSchema, body);
  const of = (type: string) =>
    backlogOf(Object.values(versionsInfo ?? {}).flatMap(({ typesInfo }) => typesInfo?.[type]?.stats ?? []));
  return { activity: of('2'), workflow: of('1') };
}

function parsed<T extends z.ZodType>(schema: T, output: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(output));
  } catch (cause) {
    const beginning = clean(output).replace(/\s+/g, ' ').trim().slice(0, 80);
    throw new OpsError('OUTPUT_UNREADABLE', `Temporal described the task queue in a way not known: ${beginning}`, {
      cause,
    });
  }
}

const pollerOf = ({ identity, lastAccessTime }: z.output<typeof pollerSchema>, type: Poller['type']): Poller => {
  const ms = Date.parse(lastAccessTime);
  return { identity: clean(identity), type, lastAccess: Number.isNaN(ms) ? null : ms / 1_000 };
};

/** Of all versions of the workers together. */
function backlogOf(stats: readonly z.output<typeof statsSchema>[]): Backlog | null {
  if (stats.length === 0) return null;
  const sum = (of: (each: z.output<typeof statsSchema>) => number) => stats.reduce((all, each) => all + of(each), 0);
  return {
    tasks: sum((each) => each.approximateBacklogCount),
    ageSeconds: Math.max(...stats.map((each) => secondsOf(each.approximateBacklogAge))),
    addRate: sum((each) => each.tasksAddRate),
    dispatchRate: sum((each) => each.tasksDispatchRate),
  };
}

const unitSeconds: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 0.001 };

/** `20.47s` as protobuf writes it, `1h2m0.5s` as Go does; 0 for nothing. */
const secondsOf = (duration: string): number =>
  [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|[hms])/g)].reduce(
    (all, [, count, unit = 's']) => all + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  );
