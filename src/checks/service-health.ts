import { defineCheck, need, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import { layerOf, type Health, type Service } from '../core/service.ts';
import { health, type HealthAnswer } from '../probes/health.ts';
import { serviceStates } from '../probes/service-states.ts';
import { managerOf } from './managed.ts';
import { readLog } from './read-log.ts';
import { isOver, seeModel, waitingNeed, waitOf, waitText } from './model-wait.ts';
import { secondsUp } from './last-start.ts';
import { healthFields, nameOf, type Difference } from './health-fields.ts';

interface ServiceUrl {
  readonly service: Service;
  readonly health: Health;
}
type Answered = HealthAnswer & { readonly answered: true };

/** Source of the two traps: a recorded FastAPI 503 whose llama is down, and the llama.cpp server documentation. */
export const serviceHealth = defineCheck({
  name: 'service.health',
  summary: 'The health URLs of a service answer as they should',
  layer: 'api',
  rule: 'Critical when a URL gives no answer, another status or wrong fields of the service itself, or loads longer than `loadingCriticalSeconds`; degraded when slower than `slowMs` or else `healthSlowMs`, when it still loads, or when only others are down; unknown when it wants credentials.',
  unseen: 'Whether real work succeeds: a health URL answers well while generation fails.',
  // One subject per URL, so that one that hangs hides no other.
  subjects: (node) =>
    node.services.flatMap((service) =>
      service.health.map((each) => ({
        id: `service:${service.name}`,
        value: { service, health: each },
        service: service.name,
        layer: layerOf(service),
      })),
    ),
  needs({ service, health: { url, from, headers } }: ServiceUrl, node) {
    const { manager, place, units } = managerOf(service, node);
    return {
      answer: need(health, { url, from, headers }),
      waiting: waitingNeed(service, node),
      states: need(serviceStates, { manager, place, units }),
    };
  },
  evaluate({ answer, waiting, states }, subject, node): Verdict {
    const name = shownUrl(subject);
    const logs = readLog(node, subject.service);
    const wait = waitOf(waiting);
    if (!answer.answered && answer.reason === 'refused' && wait !== undefined && !isOver(wait, subject.service)) {
      return {
        status: 'degraded',
        summary: `${name} is refused: ${subject.service.name} waits for its model, ${waitText(wait, subject.service)}; do not restart it.`,
        restartHelps: 'no',
        next: [seeModel(node, subject.service)],
      };
    }
    if (!answer.answered) return silent(name, answer, subject, logs);
    if (isLoading(answer)) return loading(name, answer, secondsUp(states, subject.service), subject, node);
    const found = healthFields(answer, subject.health, subject.service);
    const mayBlameOthers = answer.status === 503 || answer.status === subject.health.status;
    if (mayBlameOthers && found.others.length > 0 && found.own.length === 0)
      return others(name, answer, found.others, subject.service, node);
    if (answer.status !== subject.health.status) return wrongStatus(name, answer, subject, logs);
    if (answer.fields === null && Object.keys(subject.health.expect).length > 0) {
      const summary = `${name} answers ${answer.status}, but not in JSON as expected: ${answer.excerpt.slice(0, 80)}`;
      return { status: 'critical', summary, next: [logs] };
    }
    if (found.own.length > 0 || found.overall.length > 0) {
      const all = [...found.own, ...found.overall, ...found.others];
      return {
        status: found.own.length > 0 ? 'critical' : 'degraded',
        summary: `${name} answers ${answer.status}, but ${all.map(differs).join(', ')}.`,
        next: [logs],
      };
    }
    const slowMs = subject.health.slowMs ?? node.thresholds.healthSlowMs;
    const answers = `${name} answers ${answer.status} in ${took(answer.ms)}`;
    if (answer.ms <= slowMs) return { status: 'ok', summary: `${answers}.` };
    return { status: 'degraded', summary: `${answers}, slower than ${took(slowMs)}.` };
  },
});

/** `/health`, or with its port where the service has several; never with what may hold a secret. */
function shownUrl({ service, health: { url } }: ServiceUrl): string {
  const { pathname, host } = new URL(url);
  return service.health.length > 1 ? `${host}${pathname}` : pathname;
}

function silent(name: string, answer: HealthAnswer & { answered: false }, { health }: ServiceUrl, logs: Next): Verdict {
  const where = `${new URL(health.url).host}${health.from === 'here' ? ', asked from this machine' : ''}`;
  const said: Record<typeof answer.reason, string> = {
    refused: `is refused: nothing listens on ${where}`,
    timeout: `gave no answer within ${took(answer.ms)} on ${where}: the program hangs or is overloaded`,
    reset: `was cut off by ${where} before it answered`,
    protocol: `is answered by something on ${where} that does not speak HTTP`,
    missing: `can not be asked: ${where} does not exist (${answer.message})`,
    denied: `can not be asked on ${where}: ${answer.message}`,
  };
  const summary = `${name} ${said[answer.reason]}.`;
  return answer.reason === 'denied' ? { status: 'unknown', summary } : { status: 'critical', summary, next: [logs] };
}

const isLoading = ({ status, fields }: Answered): boolean =>
  status === 503 && /^loading model/i.test(String(fields?.['error.message'] ?? ''));

function loading(
  name: string,
  { status }: Answered,
  seconds: number | null,
  { service }: ServiceUrl,
  node: Node,
): Verdict {
  const answers = `${name} answers ${status} "Loading model"`;
  const limit = node.thresholds.loadingCriticalSeconds;
  if (seconds !== null && seconds > limit) {
    return {
      status: 'critical',
      summary: `${answers} ${durationText(seconds)} after it was started, longer than ${durationText(limit)}: the load does not end.`,
      restartHelps: 'maybe',
      next: [
        { say: 'See whether the disk of the model is read at all (a network volume that hangs) and memory is left.' },
        readLog(node, service),
      ],
    };
  }
  const since = seconds === null ? '' : ` since ${durationText(seconds)}`;
  return {
    status: 'degraded',
    summary: `${answers}: it is loading${since}, which is no failure; do not restart it.`,
    restartHelps: 'no',
    next: [{ say: 'Wait until the model is loaded and look again; a restart begins the load anew.' }],
  };
}

function others(
  name: string,
  { status }: Answered,
  down: readonly Difference[],
  service: Service,
  node: Node,
): Verdict {
  const names = down.map(({ field }) => field).join(', ');
  return {
    status: 'degraded',
    summary: `${name} answers ${status}: ${down.map(differs).join(', ')}; ${service.name} itself is up, do not restart it.`,
    restartHelps: 'no',
    next: [
      { say: `Mend ${names}; ${service.name} recovers by itself and a restart of it changes nothing.` },
      ...blamed(down, service, node),
    ],
  };
}

/** The way to those that the answer blames, where they are services of this node or its Temporal server. */
function blamed(down: readonly Difference[], asked: Service, node: Node): readonly Next[] {
  const words = down.map(({ field }) => nameOf(field));
  const meant = node.services.filter(
    (each) => each !== asked && words.some((word) => word === each.name.toLowerCase() || word === each.kind),
  );
  const queue = { say: 'See the task queues.', tool: 'queue_check', args: { nodes: [node.name] } };
  const hasQueue = words.includes('temporal') && node.services.some(({ temporal }) => temporal !== undefined);
  return [...meant.map((each) => readLog(node, each)), ...(hasQueue ? [queue] : [])];
}

function wrongStatus(name: string, answer: Answered, { health }: ServiceUrl, logs: Next): Verdict {
  const { status, excerpt } = answer;
  const says = excerpt === '' ? ' with an empty body.' : `: ${excerpt.slice(0, 120)}`;
  const summary = `${name} answers ${status} (expected ${health.status})${says}`;
  if (status === 401 || status === 403) {
    return {
      status: 'unknown',
      summary: `${name} answers ${status}: it wants credentials, so its health is not known.`,
      next: [{ say: 'Declare the header it wants under `health.headers` in the fleet file.' }],
    };
  }
  if (status === 404) {
    const hint = `Something answers on ${new URL(health.url).host}, but not under ${name}: another program holds the port, or the URL is wrong.`;
    return { status: 'critical', summary, next: [{ say: hint }, logs] };
  }
  return { status: 'critical', summary, next: [logs] };
}

const differs = ({ field, got, expected }: Difference): string =>
  `${field} is ${got === undefined ? 'missing' : quoted(got)} (expected ${quoted(expected)})`;
const quoted = (value: unknown): string => JSON.stringify(value).slice(0, 82);
const took = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : durationText(ms / 1_000));
