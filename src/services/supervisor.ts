import { read } from '../core/command.ts';
import { ask, type Asking, inStep } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { defineServiceManager, type Exits, type LogText, type ManagerPlace } from '../core/service-manager.ts';
import { declaredUnits } from './declared-units.ts';
import { exitLog } from './exit-log.ts';
import { supervisorAnswer } from './supervisor-answer.ts';
import { supervisorFile } from './supervisor-config.ts';
import { supervisorDrift } from './supervisor-drift.ts';
import { supervisorLogLine } from './supervisor-log.ts';
import { plainUnit } from './supervisor-states.ts';
import { supervisorTell } from './supervisor-tell.ts';

/** supervisord: XML-RPC over its socket or port, so that nothing is started on the node; supervisorctl where that fails. */
export const supervisor = defineServiceManager({
  name: 'supervisor',
  summary: 'supervisord, by XML-RPC or supervisorctl',
  *list(place, units) {
    const { answer } = yield* supervisorAnswer(place);
    return answer.reachable ? { ...answer, services: declaredUnits(answer.services, units, plainUnit) } : answer;
  },
  // Its programs write to files, and `list` names them.
  logs: () => inStep<LogText>([]),
  exits: exitsOfUnit,
  tell: supervisorTell,
  drift: supervisorDrift,
});

function* exitsOfUnit({ config, become }: ManagerPlace, unit: string): Asking<Exits> {
  const unknown = { source: 'supervisord', exits: [], aheadSeconds: null };
  if (config === undefined) return { ...unknown, trouble: 'its configuration, which names its log, is not declared' };
  const text = fileTextIfAny(yield* ask(read(config, { bytes: 262_144, freshMs: 60_000, become })));
  const log = text === undefined ? undefined : supervisorFile(text, config, 'logfile');
  if (log === undefined) return { ...unknown, trouble: `${config} names no log file of supervisord` };
  return yield* exitLog(log, become, supervisorLogLine(unit.slice(unit.lastIndexOf(':') + 1)));
}
