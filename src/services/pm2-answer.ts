import { captured } from '../core/capture.ts';
import type { ExecReply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, inStep, type Asking } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import type { ManagerAnswer, ManagerPlace } from '../core/service-manager.ts';
import { neverCalled, pm2Daemons, type Pm2Daemon } from './pm2-daemon.ts';
import { pm2List } from './pm2-list.ts';
import { pm2Question } from './pm2-question.ts';

type LivingPm2 = Pm2Daemon & { readonly lives: true };
type Answered = ManagerAnswer & { readonly reachable: true };

/** The daemons that answer, each with what it says; where none does, why. */
export type Pm2Answer =
  | { readonly reachable: true; readonly daemons: readonly { readonly daemon: LivingPm2; readonly answer: Answered }[] }
  | Exclude<ManagerAnswer, { reachable: true }>;

/** Asks every daemon that lives where one is looked for. */
export function* pm2Answer(place: ManagerPlace): Asking<Pm2Answer> {
  const daemons = yield* pm2Daemons(place);
  const alive = daemons.filter((daemon) => daemon.lives);
  const answers = yield* inStep(alive.map((daemon) => answerOf(daemon, place.become)));
  const reached = alive.flatMap((daemon, index) => {
    const answer = answers[index];
    return answer?.reachable === true ? [{ daemon, answer }] : [];
  });
  if (reached.length > 0) return { reachable: true, daemons: reached };
  return answers.find((answer) => !answer.reachable) ?? noneOf(daemons);
}

function* answerOf(daemon: LivingPm2, become: 'sudo' | undefined): Asking<ManagerAnswer> {
  const reply = yield* ask(pm2Question(daemon.node, daemon.socket, become));
  if (reply.exitCode !== 0) throw unasked(daemon, reply);
  const list = pm2List(captured(reply.stdout));
  if (list.ok) return { reachable: true, via: daemon.socket, services: list.services };
  const { error } = list;
  if (error === 'EACCES' || error === 'EPERM') {
    return { reachable: false, reason: 'denied', say: `the login user may not open ${daemon.socket}` };
  }
  if (error === 'ECONNREFUSED' || error === 'ENOENT' || error === 'CLOSED') {
    return { reachable: false, reason: 'stale', say: `nothing listens at ${daemon.socket} (${error})` };
  }
  throw new OpsError('OUTPUT_UNREADABLE', `The pm2 daemon of ${daemon.home} gives no answer (${error}).`);
}

const unasked = ({ home, node }: LivingPm2, reply: ExecReply) =>
  new OpsError(
    'OUTPUT_UNREADABLE',
    reply.exitCode === 127
      ? `The pm2 daemon of ${home} can not be asked: ${node} is not there for the login user.`
      : `The question to the pm2 daemon of ${home} ended with ${reply.exitCode}: ${bothOutputs(reply).split('\n')[0]}`,
  );

/** One home: its own reason. Several: a dead daemon first; and homes that may not be looked into stay unknown. */
function noneOf(daemons: readonly Pm2Daemon[]): Exclude<ManagerAnswer, { reachable: true }> {
  const answers = daemons.flatMap((daemon) => (daemon.lives ? [] : [{ home: daemon.home, answer: daemon.answer }]));
  const [first] = answers;
  if (answers.length === 1 && first !== undefined) return first.answer;
  const stale = answers.find(({ answer }) => answer.reason === 'stale');
  if (stale !== undefined) return stale.answer;
  const hidden = answers.filter(({ answer }) => answer.reason === 'denied').map(({ home }) => home);
  const seen = answers.map(({ home }) => home).filter((home) => !hidden.includes(home));
  const none = `no daemon runs for ${seen.join(', ') || 'any home that may be looked into'}`;
  return hidden.length === 0
    ? { reachable: false, reason: 'absent', say: `${none} (${neverCalled})` }
    : { reachable: false, reason: 'denied', say: `${none}, and the login user may not look into ${hidden.join(', ')}` };
}
