import type { Done } from '../core/action.ts';
import type { Json } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import type { StateWord, Verb } from '../core/service-manager.ts';
import { processStarts, type Started } from '../probes/process-starts.ts';
import { beforeSchema, serviceNow, type Before, type ServiceNow } from './service-now.ts';

/** Whether a service was started, stopped or restarted since `before`, by its manager and by its processes. */
export function* serviceDone(verb: Verb, service: Service, node: Node, before: Json): Asking<Done> {
  const was = beforeSchema.safeParse(before);
  if (!was.success) return unclear(`How ${service.name} was before is not known.`);
  const now = yield* serviceNow(service, node);
  const { state } = now;
  if (now.silent !== undefined)
    return unclear(`${service.manager} can not be asked for ${service.name}: ${now.silent}.`);
  if (state === null || state.state === 'missing') return unclear(`${service.manager} knows no ${service.name}.`);
  const says = `${service.manager} says "${state.said}" of ${service.name}`;
  if (verb !== 'stop') return started(verb, says, state.state, now, was.data);
  const { processes } = yield* processStarts.steps({
    pids: was.data.processes.map(({ pid }) => pid),
    become: service.become,
  });
  return stopped(says, state.state, stillThere(was.data, { ...now, processes }));
}

const unclear = (say: string): Done => ({ is: 'unclear', say });
const notDone = (say: string): Done => ({ is: 'not_done', say });

/** Those of before that live. In another boot there are none, whatever their numbers are. */
function stillThere(
  before: Before,
  { bootId, processes }: Pick<ServiceNow, 'bootId' | 'processes'>,
): readonly Started[] {
  if (before.bootId !== null && bootId !== null && before.bootId !== bootId) return [];
  return processes.filter(({ pid, start }) =>
    before.processes.some((old) => old.pid === pid && mayBe(old.start, start)),
  );
}

/** A start that may not be seen proves nothing. */
const mayBe = (one: number | null, other: number | null): boolean => one === null || other === null || one === other;

const pidsIn = (processes: readonly Started[]): string => processes.map(({ pid }) => pid).join(', ');

function started(verb: 'start' | 'restart', says: string, word: StateWord, now: ServiceNow, before: Before): Done {
  if (word === 'stopping') return unclear(`${says}: it is being stopped.`);
  if (word === 'starting') return unclear(`${says}: it is starting.`);
  if (word !== 'running') {
    if (before.processes.length > 0)
      return unclear(`${says}: it ran before, and it was stopped and not started again.`);
    return word === 'stopped' && before.state === 'stopped'
      ? notDone(`${says}, as before.`)
      : unclear(`${says}: it was started and ended, or never started.`);
  }
  if (now.processes.length === 0) return unclear(`${says}: its process is not told.`);
  const old = stillThere(before, now);
  if (old.length === now.processes.length) return notDone(`${says}: process ${pidsIn(old)} is the one of before.`);
  // A start leaves alone the instances that ran.
  if (verb === 'restart' && old.length > 0)
    return unclear(`${says}: only a part was restarted, process ${pidsIn(old)} is of before.`);
  return { is: 'done', mark: now.processes.map(({ pid, start }) => `${pid}:${start ?? '?'}`).join(',') };
}

function stopped(says: string, word: StateWord, left: readonly Started[]): Done {
  const living = left.filter(({ start }) => start !== null);
  if (word === 'stopping') return unclear(`${says}: it is being stopped.`);
  if (word === 'running' || word === 'starting' || word === 'crashing') {
    return living.length > 0 || word === 'crashing'
      ? notDone(`${says}: it was not stopped.`)
      : unclear(`${says}: it was started again.`);
  }
  if (living.length > 0) return unclear(`${says}, but process ${pidsIn(living)} of it is left.`);
  return word === 'unknown' ? unclear(`${says}, which tells nothing.`) : { is: 'done', mark: 'stopped' };
}
