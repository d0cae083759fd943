import type { Outcome, Order } from '../core/action.ts';
import { order } from '../core/action.ts';
import { captured } from '../core/capture.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import type { Asking } from '../core/probe.ts';
import type { ManagerPlace, ServiceState, Untold, Verb } from '../core/service-manager.ts';
import { isRecord, numberOf, textOf } from './record.ts';
import { supervisorAnswer } from './supervisor-answer.ts';
import { programsLoaded, type Row } from './supervisor-loaded.ts';
import { plainUnit } from './supervisor-states.ts';
import { askSupervisord, tellSupervisord, xmlRpcAnswer, type SupervisorCall } from './supervisor-xml-rpc.ts';
import { told, unsure } from './told.ts';

/** It must hear the answer even of a program that uses up all the time it has to end. Source: stopwaitsecs, 10 by default. */
const slackMs = 60_000;
const usualStopSeconds = 30;

/** One request for one program; a restart is a stop and a start in one, which supervisord carries out by itself. */
export function* supervisorTell(place: ManagerPlace, unit: string, verb: Verb): Asking<Order | Untold> {
  const { answer, address } = yield* supervisorAnswer(place);
  if (!answer.reachable) return { untold: `supervisord can not be told: ${answer.say}.` };
  if (address === undefined) {
    return {
      untold: `supervisord can not be told: only supervisorctl reaches it (${answer.via}); declare its server.`,
    };
  }
  const trouble = notOne(unit, answer.services);
  if (trouble !== undefined) return { untold: trouble };
  const [, group = unit, name = unit] = /^([^:]*):(.*)$/.exec(unit) ?? [];
  const loaded = yield* programsLoaded(address, place.become);
  const seconds = stopSeconds(loaded ?? [], group, name);
  const command = tellSupervisord(callsOf[verb](`${group}:${name}`), address, {
    become: place.become,
    deadlineMs: slackMs + seconds * 1_000,
    // supervisord forgets what it was asked besides when the one who asked goes away: stopped, and not started again.
    lingersMs: seconds * 1_000 + 5_000,
  });
  // It sleeps up to a second before it sees that the program has ended and starts it again, unless somebody speaks to it.
  const stir = askSupervisord('getAllProcessInfo', address, place.become);
  return order(command, (reply) => supervisorOutcome(reply, verb), stir);
}

/** supervisord takes the name of a group for all that is in it. */
function notOne(unit: string, known: readonly ServiceState[]): string | undefined {
  const units = known.map((state) => state.unit);
  if (units.includes(plainUnit(unit))) return undefined;
  const members = units.filter((other) => other.startsWith(`${unit}:`));
  return members.length === 0
    ? `supervisord knows no ${unit}.`
    : `${unit} is a group of supervisord and not one service: declare one of ${members.slice(0, 8).join(', ')}.`;
}

const stopSeconds = (loaded: readonly Row[], group: string, name: string): number => {
  const row = loaded.find((each) => textOf(each['group']) === group && textOf(each['name']) === name);
  return numberOf(row?.['stopwaitsecs']) ?? usualStopSeconds;
};

const start = (unit: string): SupervisorCall => ({ method: 'startProcess', unit, waits: false });
const stop = (unit: string): SupervisorCall => ({ method: 'stopProcess', unit, waits: true });
const callsOf: Readonly<Record<Verb, (unit: string) => readonly SupervisorCall[]>> = {
  start: (unit) => [start(unit)],
  stop: (unit) => [stop(unit)],
  restart: (unit) => [stop(unit), start(unit)],
};

/** Errors: `OUTPUT_UNREADABLE` where it does not tell whether it was done. */
export function supervisorOutcome(reply: HttpAnswer | HttpTrouble, verb: Verb): Outcome {
  if (!reply.ok) {
    // Only these say that nobody heard it.
    if (['refused', 'missing', 'denied'].includes(reply.reason)) return told('failed', reply.message);
    throw unsure('supervisord', verb, reply.message);
  }
  if (reply.status >= 400 && reply.status < 500) return told('failed', `HTTP ${reply.status}`);
  if (reply.status !== 200) throw unsure('supervisord', verb, `HTTP ${reply.status}`);
  const answer = xmlRpcAnswer(captured(reply.body));
  if (!answer.ok) return told('failed', answer.say);
  const results = Array.isArray(answer.value) ? answer.value.map(resultIn) : [];
  const calls = callsOf[verb]('');
  if (results.length !== calls.length || results.includes('odd')) {
    throw unsure('supervisord', verb, 'it answered with something else');
  }
  const words = calls.map(({ method }, index) => `${method === 'stopProcess' ? 'stop' : 'start'}: ${results[index]}`);
  const isDone = results.every(
    (result, index) => result === 'ok' || (index === 0 && verb === 'restart' && notRunning.test(result)),
  );
  return told(isDone ? 'done' : 'failed', words.join('; '));
}

/** What a restart finds stopped already, it starts. */
const notRunning = /^NOT_RUNNING\b/;

/** Each call of several answers with its value, which is true, or with its fault. Source: supervisor/xmlrpc.py of 4.2.5. */
function resultIn(value: unknown): string {
  if (value === 1) return 'ok';
  return (isRecord(value) ? textOf(value['faultString']) : undefined) ?? 'odd';
}
