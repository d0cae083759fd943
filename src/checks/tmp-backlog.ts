import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { temporalQueue } from '../probes/temporal-queue.ts';
import type { Backlog, Poller, View } from '../probes/temporal-view.ts';
import { queueInput } from './queue-view.ts';
import { readLog } from './read-log.ts';
import { queueUsers, type QueueUser } from './temporal-users.ts';

/** Source: TaskQueueStats of the Temporal API; 60 s and 10 min are opinions. */
export const tmpBacklog = defineCheck({
  name: 'tmp.backlog',
  summary: 'The tasks of a queue do not wait long',
  layer: 'worker',
  rule: 'Degraded when the oldest task waits longer than `backlogDegradedSeconds`; critical after `backlogCriticalSeconds`, or when tasks come in and none was taken for 30 s. Source: TaskQueueStats of Temporal.',
  unseen: 'Tasks that a worker took and hangs in, and servers that count nothing.',
  subjects: queueUsers,
  needs: (service: QueueUser) => ({ view: need(temporalQueue, queueInput(service)) }),
  evaluate({ view }, service, node): readonly Verdict[] {
    // That nothing is known is said by tmp.pollers.
    if (!view.known) return [];
    const halves = (['activity', 'workflow'] as const).flatMap((type) => {
      const backlog = view.backlog[type];
      return backlog === null ? [] : [{ type, backlog }];
    });
    if (halves.length === 0) {
      const summary = `The server does not count what waits in the queue ${service.queue}.`;
      return [{ status: 'not_applicable', summary }];
    }
    const bad = halves.flatMap(({ type, backlog }) => judge(type, backlog, view, service, node) ?? []);
    if (bad.length > 0) return bad;
    const tasks = halves.reduce((all, { backlog }) => all + backlog.tasks, 0);
    const oldest = Math.max(...halves.map(({ backlog }) => backlog.ageSeconds));
    const waits = tasks === 0 ? 'No task waits' : `${tasksText(tasks)}, the oldest for ${durationText(oldest)},`;
    return [{ status: 'ok', summary: `${waits} in the queue ${service.queue}.` }];
  },
});

function judge(
  type: Poller['type'],
  { tasks, ageSeconds, addRate, dispatchRate }: Backlog,
  { pollers }: View,
  service: QueueUser,
  node: Node,
): Verdict | undefined {
  const { backlogDegradedSeconds, backlogCriticalSeconds } = node.thresholds;
  if (tasks === 0) return undefined;
  const isStuck = addRate > 0 && dispatchRate === 0 && ageSeconds > stuckSeconds;
  const isOld = ageSeconds > backlogCriticalSeconds;
  if (ageSeconds <= backlogDegradedSeconds && !isStuck) return undefined;
  const limit = isOld ? backlogCriticalSeconds : backlogDegradedSeconds;
  const why = isStuck
    ? `${perSecond(addRate)} come in and none is taken`
    : `longer than ${durationText(limit)}, ${perSecond(addRate)} come in and ${perSecond(dispatchRate)} are taken`;
  const many = pollers.filter((each) => each.type === type).length;
  const polled =
    many === 0 ? 'and nobody polls for them' : `although ${count(many, 'poller asks', 'pollers ask')} for them`;
  return {
    status: isOld || isStuck ? 'critical' : 'degraded',
    summary: `${tasksText(tasks)} in the queue ${service.queue} (${type}), the oldest for ${durationText(ageSeconds)}: ${why}, ${polled}.`,
    restartHelps: 'maybe',
    next: [
      {
        say:
          many === 0
            ? `Find out why ${service.name} does not poll (tmp.pollers): the tasks are kept until somebody takes them.`
            : `Look for a task that hangs in ${service.name} (a process in state D, a GPU at 100 %): it holds a slot for ever.`,
      },
      readLog(node, service),
    ],
  };
}

/** The rates are means of 30 s: that nothing was taken means something only after that. */
const stuckSeconds = 30;

const tasksText = (tasks: number): string => (tasks === 1 ? '1 task waits' : `${tasks} tasks wait`);
const perSecond = (rate: number): string => `${Number(rate.toFixed(2))}/s`;
