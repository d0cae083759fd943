import { captured } from '../core/capture.ts';
import { read, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, type Asking } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { ManagerAnswer, ManagerPlace } from '../core/service-manager.ts';
import { runFound } from './program-path.ts';
import type { SupervisorAddress } from './supervisor-config.ts';
import { supervisorPlaces, type SupervisorPlaces } from './supervisor-places.ts';
import { supervisorStates } from './supervisor-states.ts';
import { supervisorStatusText } from './supervisor-status-text.ts';
import { askSupervisord, xmlRpcAnswer } from './supervisor-xml-rpc.ts';

/** What a supervisord says of its programs, and at which address it said so by XML-RPC. */
export interface SupervisorAnswer {
  readonly answer: ManagerAnswer;
  readonly address?: SupervisorAddress;
}

export function* supervisorAnswer(place: ManagerPlace): Asking<SupervisorAnswer> {
  const places = yield* supervisorPlaces(place);
  let answer: ManagerAnswer | undefined;
  for (const address of places.addresses) {
    const tried = yield* askAt(address, place.become);
    if (tried?.reachable === true) return { answer: withTrouble(tried, places), address };
    answer ??= tried;
  }
  if (answer !== undefined) return { answer: yield* withProcess(answer, places.pidFile, place.become) };
  if (place.config !== undefined && places.trouble === undefined)
    return { answer: yield* askSupervisorctl(place.config, place.become) };
  if (places.addresses.length === 0) return { answer: nowhere(places) };
  throw new OpsError(
    'OUTPUT_UNREADABLE',
    `What answers at ${places.addresses.map(nameOf).join(', ')} is no supervisord.`,
  );
}

/** A cleaner of /tmp takes the socket from a supervisord that lives: then nobody can speak to it, and it watches on. */
function* withProcess(
  answer: ManagerAnswer,
  pidFile: string | undefined,
  become: 'sudo' | undefined,
): Asking<ManagerAnswer> {
  if (answer.reachable || (answer.reason !== 'stopped' && answer.reason !== 'stale')) return answer;
  if (pidFile === undefined) return answer;
  const pid = Number(fileTextIfAny(yield* ask(read(pidFile, { bytes: 32, become })))?.trim() || Number.NaN);
  if (!Number.isInteger(pid) || pid < 1) return answer;
  const words = fileTextIfAny(yield* ask(read(`/proc/${pid}/cmdline`, { bytes: 512, become }))) ?? '';
  // A number that another program got since is not it; blanks of the words are gone.
  if (!words.includes('supervisord')) return answer;
  return { reachable: false, reason: 'cut_off', say: `it runs as process ${pid}, but ${answer.say}` };
}

const nameOf = ({ url, socket }: SupervisorAddress): string => socket ?? url;

/** Undefined where what answers, or does not, is none of the ways that supervisord has. */
function* askAt(address: SupervisorAddress, become: 'sudo' | undefined): Asking<ManagerAnswer | undefined> {
  const reply = yield* ask(askSupervisord('getAllProcessInfo', address, become));
  if (!reply.ok) return unreachable(reply, address);
  if (reply.status === 401) {
    const say =
      address.auth === undefined ? 'it wants a user name and password' : 'it refuses the user name and password';
    return { reachable: false, reason: 'unauthorized', say: `${say} (HTTP 401 at ${nameOf(address)})` };
  }
  if (reply.status !== 200 || reply.body.omittedBytes > 0) return undefined;
  const answer = answerIn(reply);
  if (answer.ok) return { reachable: true, via: `XML-RPC at ${nameOf(address)}`, services: answer.services };
  const shutdown = 6;
  if (answer.code !== shutdown) return undefined;
  return { reachable: false, reason: 'shutting_down', say: `it is shutting down (${answer.say})` };
}

/** Read once, however many probes want to know. */
const answerIn = remembered(({ body }: HttpAnswer) => {
  const answer = xmlRpcAnswer(captured(body));
  return answer.ok ? { ok: true as const, services: supervisorStates(answer.value) } : answer;
});

function unreachable({ reason }: HttpTrouble, address: SupervisorAddress): ManagerAnswer | undefined {
  const at = nameOf(address);
  if (reason === 'missing') return { reachable: false, reason: 'stopped', say: `its socket ${at} does not exist` };
  if (reason === 'denied') {
    return { reachable: false, reason: 'denied', say: `the login user may not open ${at}` };
  }
  if (reason !== 'refused') return undefined;
  return address.socket === undefined
    ? { reachable: false, reason: 'stopped', say: `nothing listens at ${at}` }
    : { reachable: false, reason: 'stale', say: `its socket ${at} is left over: nothing listens there` };
}

function* askSupervisorctl(config: string, become: 'sudo' | undefined): Asking<ManagerAnswer> {
  const reply = yield* ask(runFound(['supervisorctl', '-c', config, 'status'], { become }));
  if (reply.exitCode === 127) {
    throw new OpsError(
      'OUTPUT_UNREADABLE',
      `supervisord of ${config} can not be asked: XML-RPC fails and supervisorctl is not there.`,
    );
  }
  return supervisorStatusText(reply);
}

function nowhere({ trouble }: SupervisorPlaces): ManagerAnswer {
  const why = trouble?.say ?? 'no configuration is declared';
  return {
    reachable: false,
    reason: trouble?.errno === 'EACCES' ? 'denied' : 'absent',
    say: `${why}, and there is no socket where packages put it`,
  };
}

/** That it was found in another way than declared must not go unsaid. */
const withTrouble = (answer: ManagerAnswer & { reachable: true }, { trouble }: SupervisorPlaces): ManagerAnswer =>
  trouble === undefined ? answer : { ...answer, via: `${answer.via} (${trouble.say})` };
