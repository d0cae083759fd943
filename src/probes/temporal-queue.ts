import { captured } from '../core/capture.ts';
import { http, run, type ExecReply, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { apiView, enhancedBacklog, programView, type Poller, type View } from './temporal-view.ts';

export interface QueueInput {
  readonly address: string;
  readonly namespace: string;
  readonly queue: string;
  readonly http?: string | undefined;
}

/** Who polls a task queue and what waits in it. */
export type TemporalQueue =
  | (View & {
      readonly known: true;
      readonly via: 'http' | 'program';
      /** Clock of the server, in seconds since 1970; null where it did not tell. */
      readonly at: number | null;
    })
  | {
      readonly known: false;
      /** `absent`: there is no `temporal` program on the node; `namespace`: the server knows no such one. */
      readonly why: 'absent' | 'unreached' | 'unauthorized' | 'namespace' | 'failed';
      readonly message: string;
    };

/** Its HTTP API where one is declared, else the `temporal` program of the node. */
export const temporalQueue = defineProbe({
  name: 'temporal.queue',
  summary: 'Who polls a Temporal task queue, and what waits in it',
  *steps({ http: base, ...input }: QueueInput): Asking<TemporalQueue> {
    if (base !== undefined) return yield* byApi(base, input);
    const reply = yield* ask(run(program(input), { bytes: 262_144, deadlineMs: 8_000 }));
    return byProgram(reply);
  },
});

// Both kinds of versions have to be asked for: without words of its own the program tells only of unversioned workers.
const program = ({ address, namespace, queue }: QueueInput) =>
  [
    'temporal',
    'task-queue',
    'describe',
    `--task-queue=${queue}`,
    `--address=${address}`,
    `--namespace=${namespace}`,
    '--select-unversioned',
    '--select-all-active',
    '--command-timeout=5s',
    '--output=json',
    '--color=never',
  ] as const;

const noProgram = 127;

function byProgram(reply: ExecReply): TemporalQueue {
  if (reply.exitCode === noProgram) return { known: false, why: 'absent', message: 'there is no temporal program' };
  if (reply.exitCode === 0) return { known: true, via: 'program', at: null, ...programView(captured(reply.stdout)) };
  const said = bothOutputs(reply).split('\n').at(-1) ?? '';
  return failed(/msg="((?:[^"\\]|\\.)*)"/.exec(said)?.[1]?.replaceAll('\\"', '"') ?? said);
}

function* byApi(base: string, { namespace, queue }: QueueInput): Asking<TemporalQueue> {
  const path = `api/v1/namespaces/${encodeURIComponent(namespace)}/task-queues/${encodeURIComponent(queue)}`;
  const about = (query: string) => http(`${base.replace(/\/+$/, '')}/${path}?reportStats=true&${query}`, options);
  const replies = yield* askAll([about(typeQuery.activity), about(typeQuery.workflow)] as const);
  const [activity, workflow] = [ofHalf(replies[0], 'activity'), ofHalf(replies[1], 'workflow')];
  if ('why' in activity) return activity;
  if ('why' in workflow) return workflow;
  const backlog = { activity: activity.backlog, workflow: workflow.backlog };
  const isCounted = backlog.activity !== null || backlog.workflow !== null;
  const more = isCounted ? undefined : yield* ask(about(enhancedQuery));
  return {
    known: true,
    via: 'http',
    at: activity.at,
    pollers: [...activity.pollers, ...workflow.pollers],
    // Newer servers may have lost the old way to ask: then nothing is counted, and the pollers still are.
    backlog: more?.ok === true && more.status === 200 ? enhancedBacklog(captured(more.body)) : backlog,
  };
}

const options = { bytes: 262_144, deadlineMs: 5_000 };
const typeQuery = {
  activity: 'taskQueueType=TASK_QUEUE_TYPE_ACTIVITY',
  workflow: 'taskQueueType=TASK_QUEUE_TYPE_WORKFLOW',
};
// The server keeps this answer for seconds, whatever the next one asks for: without pollers it would hide them from others.
const enhancedQuery =
  'reportPollers=true&apiMode=DESCRIBE_TASK_QUEUE_MODE_ENHANCED&taskQueueTypes=TASK_QUEUE_TYPE_ACTIVITY&taskQueueTypes=TASK_QUEUE_TYPE_WORKFLOW&versions.unversioned=true&versions.allActive=true';

type Unknown = TemporalQueue & { readonly known: false };

function ofHalf(reply: HttpAnswer | HttpTrouble, type: Poller['type']) {
  if (!reply.ok) return { known: false, why: 'unreached', message: clean(reply.message) } satisfies Unknown;
  const body = captured(reply.body);
  if (reply.status !== 200) return failed(messageOf(body) ?? `HTTP status ${reply.status}`, reply.status);
  const ms = Date.parse(reply.headers['date'] ?? '');
  return { ...apiView(body, type), at: Number.isNaN(ms) ? null : ms / 1_000 };
}

function messageOf(body: string): string | undefined {
  const message = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  return message === undefined || message === '' ? undefined : clean(message).slice(0, 200);
}

function failed(message: string, status?: number): Unknown {
  const rule = rules.find(({ says }) => says.test(message));
  if (rule !== undefined) return { known: false, why: rule.why, message };
  if (status === 401 || status === 403) return { known: false, why: 'unauthorized', message };
  if (message === '') throw new OpsError('OUTPUT_UNREADABLE', 'Temporal described no task queue and did not say why.');
  return { known: false, why: 'failed', message };
}

/** Source: recorded with the program 1.3.0 and the server 1.27.1; gRPC status texts. */
const rules = [
  { why: 'namespace', says: /Namespace \S+ is not found/i },
  { why: 'unauthorized', says: /unauthorized|unauthenticated|permission ?denied|api key|jwt/i },
  { why: 'unreached', says: /failed reaching server|deadline exceeded|connection refused|no such host/i },
] as const;
