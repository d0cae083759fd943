import { defineCheck, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Poller } from '../probes/temporal-view.ts';
import { judgePollers, type Standing } from './judge-pollers.ts';
import { queueNeeds, unseen } from './queue-view.ts';
import { readLog } from './read-log.ts';
import { secondsUp } from './last-start.ts';
import { queueUsers, type QueueUser } from './temporal-users.ts';

/** A worker can run for ever and poll nothing: only the server sees who asks it for work. */
export const tmpPollers = defineCheck({
  name: 'tmp.pollers',
  summary: 'Workers of this node poll the task queue that they are declared for',
  layer: 'worker',
  rule: 'Critical when nobody polls, only pollers without a GPU or the declared identity do, or the last poll is 300 s old or older than the service; degraded after 70 s, in its first `youngSeconds`, or when only other nodes poll; unknown when the server can not be asked.',
  unseen: 'A poller that is gone, for up to 5 min: the server shows it that long.',
  subjects: queueUsers,
  needs: queueNeeds,
  evaluate({ view, states, identity: { epochSeconds, hostname } }, service, node): Verdict {
    if (!view.known) return { status: view.why === 'namespace' ? 'critical' : 'unknown', ...unseen(view, service) };
    const now = view.at ?? epochSeconds;
    const upSeconds = secondsUp(states, service);
    const standing = judgePollers(view.pollers, { service, now, upSeconds, hostname });
    const isYoung = upSeconds !== null && upSeconds < node.thresholds.youngSeconds;
    return verdictOf(standing, isYoung, service, node);
  },
});

function verdictOf(standing: Standing, isYoung: boolean, service: QueueUser, node: Node): Verdict {
  const { queue } = service;
  const logs = readLog(node, service);
  const bad = (summary: string, say: string, more: Partial<Verdict> = {}): Verdict => ({
    status: isYoung ? 'degraded' : 'critical',
    summary: isYoung
      ? `${summary.slice(0, -1)}; it was started less than ${node.thresholds.youngSeconds} s ago.`
      : summary,
    restartHelps: 'maybe',
    next: [{ say }, logs],
    ...more,
  });
  switch (standing.is) {
    case 'nobody':
      return bad(
        `Nobody polls the queue ${queue}${standing.wrongType === 0 ? '' : ` for activities, only for workflows (${standing.wrongType})`}: its tasks wait.`,
        `See in the log of ${service.name} whether its worker started, and for which queue: one that is busy in every slot for 5 min looks like this too. If it is idle, restart it alone.`,
      );
    case 'cpu':
      return bad(
        `The queue ${queue} has only pollers that found no GPU (${names(standing.pollers)}): CUDA was not visible when they started.`,
        `See that the GPU is healthy and visible to ${service.name}, then restart it alone.`,
        { signature: 'TP-CPU', restartHelps: 'yes' },
      );
    case 'others':
      return bad(
        `The queue ${queue} has ${count(standing.pollers.length, 'poller')} (${names(standing.pollers)}), but none whose identity holds "${standing.wanted}".`,
        `Compare the identity and the queue that ${service.name} is configured with.`,
      );
    case 'before':
      return bad(
        `The last poll of the queue ${queue} was ${durationText(standing.seconds)} ago, before ${service.name} was started: it does not poll.`,
        `Temporal shows a poller for 5 min after it has gone. See in the log of ${service.name} why it does not poll.`,
      );
    case 'elsewhere':
      return {
        status: 'degraded',
        summary: `The queue ${queue} is polled by ${standing.hosts.slice(0, 3).join(', ')}, but by nobody of this node (${standing.host}).`,
        next: [
          { say: `See in the log of ${service.name} whether its worker polls, or declare its \`temporal.identity\`.` },
          logs,
        ],
      };
    default:
      return seen(standing, service, node);
  }
}

function seen({ pollers, seconds }: Standing & { is: 'seen' }, service: QueueUser, node: Node): Verdict {
  const polled = `The queue ${service.queue} has ${count(pollers.length, 'poller')} (${names(pollers)})`;
  if (seconds === null)
    return { status: 'unknown', summary: `${polled}, but when they last asked for work is not known.` };
  const last = `last seen ${durationText(seconds)} ago`;
  if (seconds <= freshSeconds) return { status: 'ok', summary: `${polled}, ${last}.` };
  return {
    status: seconds <= goneSeconds ? 'degraded' : 'critical',
    summary: `${polled}, ${last} (limit ${freshSeconds} s): it is busy with as many tasks as it may take, or gone.`,
    restartHelps: 'maybe',
    next: [{ say: `See what ${service.name} works on: a hung task holds its slot for ever.` }, readLog(node, service)],
  };
}

/**
 * A worker without work asks again every 60 s (the long poll of matching), and 10 s are for the way; the help of the
 * temporal program calls more than a minute busy or gone. The server forgets a poller after 5 min.
 */
const freshSeconds = 70;
const goneSeconds = 300;

function names(pollers: readonly Poller[]): string {
  const all = [...new Set(pollers.map(({ identity }) => identity))];
  return `${all.slice(0, 3).join(', ')}${all.length > 3 ? ` and ${all.length - 3} more` : ''}`;
}
