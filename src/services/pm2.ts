import { captured } from '../core/capture.ts';
import type { ExecReply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, type Asking, inStep } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import { defineServiceManager, type LogText, type ManagerAnswer } from '../core/service-manager.ts';
import { declaredUnits } from './declared-units.ts';
import { exitLog } from './exit-log.ts';
import { neverCalled, pm2Daemons, type Pm2Daemon } from './pm2-daemon.ts';
import { pm2List } from './pm2-list.ts';
import { pm2LogLine } from './pm2-log.ts';
import { pm2Question } from './pm2-question.ts';

/** pm2: only a daemon that lives is asked, over its own socket. */
export const pm2 = defineServiceManager({
  name: 'pm2',
  summary: 'pm2, asked over the socket of its daemon',
  *list(place, units) {
    const daemons = yield* pm2Daemons(place);
    const alive = daemons.filter((daemon) => daemon.lives);
    const answers = yield* inStep(alive.map((daemon) => answerOf(daemon, place.become)));
    const reached = answers.filter((answer) => answer.reachable);
    const [first] = reached;
    if (first === undefined) return answers[0] ?? noneOf(daemons);
    const services = reached.flatMap((answer) => answer.services);
    return {
      reachable: true,
      via: reached.map(({ via }) => via).join(', '),
      services: declaredUnits(services, units),
    };
  },
  // Its apps write to files, and `list` names them.
  logs: () => inStep<LogText>([]),
  *exits(place, unit) {
    const alive = (yield* pm2Daemons(place)).filter((daemon) => daemon.lives);
    const read = yield* inStep(alive.map(({ home }) => exitLog(`${home}/pm2.log`, place.become, pm2LogLine(unit))));
    const none = { source: 'pm2', exits: [], aheadSeconds: null, trouble: 'no daemon of pm2 lives' };
    return read.find(({ exits }) => exits.length > 0) ?? read[0] ?? none;
  },
});

function* answerOf(daemon: Pm2Daemon & { lives: true }, become: 'sudo' | undefined): Asking<ManagerAnswer> {
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

const unasked = ({ home, node }: Pm2Daemon & { lives: true }, reply: ExecReply) =>
  new OpsError(
    'OUTPUT_UNREADABLE',
    reply.exitCode === 127
      ? `The pm2 daemon of ${home} can not be asked: ${node} is not there for the login user.`
      : `The question to the pm2 daemon of ${home} ended with ${reply.exitCode}: ${bothOutputs(reply).split('\n')[0]}`,
  );

/** One home: its own reason. Several: a dead daemon first; and homes that may not be looked into stay unknown. */
function noneOf(daemons: readonly Pm2Daemon[]): ManagerAnswer {
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
