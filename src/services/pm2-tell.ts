import { order, type Order, type Outcome } from '../core/action.ts';
import { captured } from '../core/capture.ts';
import type { ExecReply } from '../core/command.ts';
import { count } from '../core/format.ts';
import type { Asking } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import type { ManagerPlace, Untold, Verb } from '../core/service-manager.ts';
import { pm2Answer } from './pm2-answer.ts';
import { pm2Order } from './pm2-order.ts';
import { isRecord, jsonValue, numberOf, textOf } from './record.ts';
import { told, unsure } from './told.ts';

/** All apps of the name in the one daemon that has them. */
export function* pm2Tell(place: ManagerPlace, unit: string, verb: Verb): Asking<Order | Untold> {
  const answer = yield* pm2Answer(place);
  if (!answer.reachable) return { untold: `pm2 can not be told: ${answer.say}.` };
  const having = answer.daemons.filter((each) => each.answer.services.some((state) => state.unit === unit));
  const [first, second] = having;
  if (first === undefined) return { untold: `pm2 has no app ${unit}.` };
  if (second !== undefined) {
    const homes = having.map(({ daemon }) => daemon.home).join(', ');
    return { untold: `pm2 has an app ${unit} in each of ${homes}: declare its home.` };
  }
  const { node, socket } = first.daemon;
  return order(pm2Order(node, socket, verb, unit, place.become), (reply) => pm2Outcome(reply, verb));
}

const participle: Readonly<Record<Verb, string>> = { start: 'started', stop: 'stopped', restart: 'restarted' };

/** Errors: `OUTPUT_UNREADABLE` where it does not tell whether it was done. */
export function pm2Outcome(reply: ExecReply, verb: Verb): Outcome {
  if (reply.exitCode === 127) return told('failed', bothOutputs(reply));
  const answer = jsonValue(captured(reply.stdout));
  if (reply.exitCode !== 0 || !isRecord(answer)) {
    throw unsure('pm2', verb, `its question ended with ${reply.exitCode}: ${bothOutputs(reply)}`);
  }
  const error = textOf(answer['error']);
  if (error !== undefined && answer['sent'] === false) return told('failed', `its daemon was not told (${error})`);
  if (error !== undefined) throw unsure('pm2', verb, `the daemon gives no answer (${error})`);
  const [done, of, trouble] = [numberOf(answer['told']), numberOf(answer['of']), textOf(answer['trouble'])];
  if (done === undefined || of === undefined || (trouble === undefined && (of < 1 || done !== of))) {
    throw unsure('pm2', verb, 'what came back makes no sense');
  }
  const all = count(of, 'instance');
  if (trouble === undefined) return told('done', `${participle[verb]} ${all}`);
  return told('failed', `${done === 0 ? '' : `${participle[verb]} ${done} of ${all}, then: `}${trouble}`);
}
