import { defineCheck, needTwice, services, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Status } from '../core/report.ts';
import { unitOf, type Service } from '../core/service.ts';
import type { ManagerAnswer, ServiceState, StateWord } from '../core/service-manager.ts';
import { serviceStates } from '../probes/service-states.ts';
import { managerOf } from './managed.ts';
import { managerWord } from './manager-words.ts';
import { likelyUnit } from './likely-unit.ts';
import { readLog } from './read-log.ts';
import { restartedBetween } from './restarted-between.ts';

const apartMs = 10_000;

/** The manager's word, proven by age or by a second look: a program that crashes every two seconds reads as running. */
export const serviceRunning = defineCheck({
  name: 'service.running',
  summary: 'Each declared service runs, and keeps running',
  layer: 'inference',
  rule: 'Critical when the manager says stopped, ended, failed, flapping or not known, or when it restarted between two looks 10 s apart; degraded while it starts, stops or is up for less than `youngSeconds`; unknown when the manager gives no answer.',
  unseen: 'A program that runs and hangs (service.health tells), and services without a manager.',
  subjects: services(({ manager }) => manager !== 'none'),
  needs(service, node) {
    const { manager, place, units } = managerOf(service, node);
    const settled = (answer: ManagerAnswer) => isSettled(stateIn(answer, service), node.thresholds.youngSeconds);
    return { states: needTwice(serviceStates, { manager, place, units }, { apartMs, settled, oneTells: true }) };
  },
  evaluate({ states: [first, second] }, service, node): Verdict {
    const last = second ?? first;
    const state = stateIn(last, service);
    if (!last.reachable || state === undefined) return unreached(service, last);
    const before = second === undefined ? undefined : stateIn(first, service);
    const says = `${service.name}: ${service.manager} says "${state.said}"`;
    const restarted = before === undefined ? undefined : restartedBetween(before, state);
    const judged =
      restarted === undefined
        ? judge(says, state, last, before, service, node.thresholds.youngSeconds)
        : ({ status: 'critical', summary: `${says}, but it flaps: ${restarted}.` } as const);
    if (judged.status === 'ok') return judged;
    if (state.state === 'missing') return { ...judged, next: notDeclared(node, service) };
    const word = state.state === 'running' ? undefined : managerWord(state.said, state.exitCode);
    const next = [...(word === undefined ? [] : [{ say: word.advice }]), readLog(node, service)];
    if (word === undefined) return { ...judged, next };
    const summary = `${judged.summary.slice(0, -1)}; ${word.meaning}.`;
    return { ...judged, summary, next, restartHelps: word.restartHelps };
  },
});

const stateIn = (answer: ManagerAnswer, service: Service): ServiceState | undefined =>
  answer.reachable ? answer.services.find(({ unit }) => unit === unitOf(service)) : undefined;

/** A second look tells more only of what is on its way, or runs for too short a time. */
function isSettled(state: ServiceState | undefined, youngSeconds: number): boolean {
  if (state === undefined) return true;
  if (state.state === 'running') return (state.uptimeSeconds ?? 0) >= youngSeconds;
  return state.state !== 'starting' && state.state !== 'stopping' && state.state !== 'unknown';
}

function judge(
  says: string,
  state: ServiceState,
  { services: known }: ManagerAnswer & { reachable: true },
  before: ServiceState | undefined,
  { oneshot }: Service,
  youngSeconds: number,
): Verdict {
  if (state.state === 'running') return running(says, state, before, youngSeconds);
  if (state.state === 'missing') {
    const meant = likelyUnit(state.unit, known);
    const hint = meant === undefined ? '' : `; the nearest that it knows is ${meant}`;
    const why = state.why === undefined ? '' : `: ${state.why}`;
    return {
      status: 'critical',
      summary: `${says.slice(0, says.indexOf(' says '))} knows no ${state.unit}${why}${hint}.`,
    };
  }
  if (state.state === 'finished' && oneshot && (state.exitCode ?? 0) === 0)
    return { status: 'ok', summary: `${says}: it has done its work, as declared (oneshot).` };
  const { status, meaning } = meanings[state.state];
  const code = state.exitCode === null ? '' : `, exit code ${state.exitCode}`;
  const restarts = state.state === 'crashing' ? restartsText(state.restarts) : '';
  return { status, summary: `${says}: ${meaning}${restarts}${code}.` };
}

const meanings: Record<Exclude<StateWord, 'running' | 'missing'>, { status: Status; meaning: string }> = {
  starting: { status: 'degraded', meaning: 'it is starting' },
  stopping: { status: 'degraded', meaning: 'it is being stopped' },
  stopped: { status: 'critical', meaning: 'it is stopped' },
  finished: { status: 'critical', meaning: 'it has ended' },
  crashing: { status: 'critical', meaning: 'it flaps' },
  failed: { status: 'critical', meaning: 'it failed' },
  unknown: { status: 'unknown', meaning: 'that tells nothing about its state' },
};

function running(
  says: string,
  { uptimeSeconds, restarts, pid }: ServiceState,
  before: ServiceState | undefined,
  youngSeconds: number,
): Verdict {
  if (uptimeSeconds === null) {
    // Without a start time only a process that is still the same proves something.
    return before?.pid === pid && pid !== null
      ? { status: 'ok', summary: `${says}; the same process in two looks.` }
      : { status: 'degraded', summary: `${says}, but not since when: not proven up.` };
  }
  const since = durationText(uptimeSeconds);
  if (uptimeSeconds < youngSeconds) {
    const again = restartsText(restarts);
    return { status: 'degraded', summary: `${says}; started ${since} ago${again}, proven up after ${youngSeconds} s.` };
  }
  return { status: 'ok', summary: `${says}; up for ${since}.` };
}

const restartsText = (restarts: number | null): string =>
  restarts === null || restarts === 0 ? '' : ` (${count(restarts, 'restart')} counted)`;

const unreached = ({ name, manager }: Service, answer: ManagerAnswer): Verdict => ({
  status: 'unknown',
  summary: `${name}: not known, because ${manager} could not be asked (${answer.reachable ? 'it left it out' : answer.say}). See manager.reach.`,
});

/** It has no log to read, and nothing to restart. */
const notDeclared = (node: Node, { name, manager }: Service) => [
  {
    say:
      manager === 'compose'
        ? `A person brings ${name} up with the command above, if it should run here; else correct its \`unit\` or \`project\` in the fleet file.`
        : `See what ${manager} calls ${name} and correct its \`unit\` in the fleet file; if it is not there at all, put it back into the configuration of ${manager}.`,
    tool: 'service_list',
    args: { nodes: [node.name] },
  },
];
