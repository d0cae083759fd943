import { inStep } from '../core/probe.ts';
import { defineServiceManager, type LogText } from '../core/service-manager.ts';
import { declaredUnits } from './declared-units.ts';
import { exitLog } from './exit-log.ts';
import { pm2Answer } from './pm2-answer.ts';
import { pm2Daemons } from './pm2-daemon.ts';
import { pm2LogLine } from './pm2-log.ts';
import { pm2Tell } from './pm2-tell.ts';

/** pm2: only a daemon that lives is asked, over its own socket. */
export const pm2 = defineServiceManager({
  name: 'pm2',
  summary: 'pm2, asked over the socket of its daemon',
  *list(place, units) {
    const answer = yield* pm2Answer(place);
    if (!answer.reachable) return answer;
    const answers = answer.daemons.map((each) => each.answer);
    return {
      reachable: true,
      via: answers.map(({ via }) => via).join(', '),
      services: declaredUnits(
        answers.flatMap(({ services }) => services),
        units,
      ),
    };
  },
  // Its apps write to files, and `list` names them.
  logs: () => inStep<LogText>([]),
  tell: pm2Tell,
  *exits(place, unit) {
    const alive = (yield* pm2Daemons(place)).filter((daemon) => daemon.lives);
    const read = yield* inStep(alive.map(({ home }) => exitLog(`${home}/pm2.log`, place.become, pm2LogLine(unit))));
    const none = { source: 'pm2', exits: [], aheadSeconds: null, trouble: 'no daemon of pm2 lives' };
    return read.find(({ exits }) => exits.length > 0) ?? read[0] ?? none;
  },
});
