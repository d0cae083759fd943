import { order, type Order, type Outcome } from '../core/action.ts';
import { alterByHttp } from '../core/alter.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import { count } from '../core/format.ts';
import type { Asking } from '../core/probe.ts';
import type { ManagerPlace, Untold, Verb } from '../core/service-manager.ts';
import { absent, composeAnswer } from './compose-answer.ts';
import { composeCommand } from './compose-project.ts';
import { engineSocket, saidIn } from './engine-answer.ts';
import { told, unsure } from './told.ts';

/** Besides the time that a container has to end: to unmount, to set up networks and devices, to start. */
const slackMs = 60_000;
const usualSlackMs = 15_000;

/** One request for the one container of a service; an engine goes on with what it was told when the line is cut. */
export function* composeTell(place: ManagerPlace, unit: string, verb: Verb): Asking<Order | Untold> {
  const answer = yield* composeAnswer(place);
  if (!answer.reachable) return { untold: `The container engine can not be told: ${answer.say}.` };
  const { project, containers } = answer;
  const own = containers.filter(({ service }) => service === unit);
  const [container] = own;
  if (container === undefined) return { untold: `compose can not ${verb} ${unit}: ${absent(unit, place, project)}.` };
  if (own.length > 1) {
    const all = composeCommand({ config: place.config, project }, verb, unit);
    return { untold: `${unit} has ${count(own.length, 'container')}, and only one can be told at a time: ${all}.` };
  }
  const command = alterByHttp(`http://engine/containers/${container.id}/${verb}`, {
    socket: engineSocket(place),
    body: '',
    become: place.become,
    deadlineMs: slackMs + container.stopSeconds * 1_000,
    lingersMs: usualSlackMs + container.stopSeconds * 1_000,
  });
  return order(command, (reply) => composeOutcome(reply, verb, container.name));
}

const participle: Readonly<Record<Verb, string>> = { start: 'started', stop: 'stopped', restart: 'restarted' };

/**
 * Source: `POST /containers/ID/{start,stop,restart}` of the Docker Engine API: 304 says that nothing was to be done.
 *
 * Errors: `OUTPUT_UNREADABLE` where it does not tell whether it was done.
 */
export function composeOutcome(reply: HttpAnswer | HttpTrouble, verb: Verb, container: string): Outcome {
  if (!reply.ok) {
    // Only these say that nobody heard it.
    if (['refused', 'missing', 'denied'].includes(reply.reason)) return told('failed', reply.message);
    throw unsure('the container engine', verb, reply.message);
  }
  const { status } = reply;
  if (status === 204) return told('done', `${participle[verb]} ${container}`);
  if (status === 304) return told('failed', `${container} is ${verb === 'stop' ? 'stopped' : 'started'} already`);
  if (status >= 400) return told('failed', `HTTP ${status}${saidIn(reply)}`);
  throw unsure('the container engine', verb, `HTTP ${status}`);
}
