import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import type { Exit, ServiceState } from '../core/service-manager.ts';
import { identity } from '../probes/identity.ts';
import { serviceExits, type ServiceExits } from '../probes/service-exits.ts';
import { serviceInput } from './managed.ts';
import { seeModel } from './model-wait.ts';
import { readLog } from './read-log.ts';
import { isAbout, rhythmOf } from './rhythm.ts';

const hour = 3_600;
/** A program that crashes at once has the beat of every shorter wait. */
const leastWaitSeconds = 2;
const isScript = (path: string): boolean => /\.(?:sh|bash)$/.test(path);

/** Source: the playbook for flapping model servers: a beat that equals the wait of the start script is no crash. */
export const serviceFlap = defineCheck({
  name: 'service.flap',
  summary: 'No service ends by itself over and over, and if it does, in what rhythm',
  layer: 'inference',
  rule: 'Critical from `flapExits` ends within `flapWindowSeconds`, in a regular beat, or for runs as long as the wait of its start script (within 10 %, 2 s at least); degraded for fewer in the last hour, or when it has since lived three times as long; unknown when a young service has no record.',
  unseen:
    'Ends that the log of the manager no longer holds, services without a manager, and those that end by design (`oneshot`).',
  subjects: services(({ manager, oneshot }) => manager !== 'none' && !oneshot),
  needs: (service, node) => ({
    exits: need(serviceExits, {
      ...serviceInput(service, node),
      settledSeconds: lookBack(service),
      scripts: service.files.filter(isScript),
    }),
    identity: need(identity, {}),
  }),
  evaluate({ exits: fact, identity: { epochSeconds } }, service, node): Verdict {
    const { name, manager } = service;
    const { state, record } = fact;
    if (state === null || state.state === 'missing')
      return { status: 'not_applicable', summary: `${name}: see manager.reach and service.running.` };
    if (record === null) {
      return {
        status: 'ok',
        summary: `${name}: up for ${durationText(state.uptimeSeconds ?? 0)}, longer than anything to look back for.`,
      };
    }
    if (record.trouble !== undefined) return unseen(record.trouble, fact, service, node);
    const ago = ({ at }: Exit): number | null =>
      epochSeconds === null || record.aheadSeconds === null ? null : epochSeconds - (at - record.aheadSeconds);
    const recent = record.exits.filter((exit) => (ago(exit) ?? 0) <= lookBack(service));
    const last = recent.at(-1);
    if (last === undefined) {
      return {
        status: 'ok',
        summary: `${name}: ${manager} noted no end of it in the last ${durationText(lookBack(service))}.`,
      };
    }
    const since = ago(last);
    const lastText = `${last.how}${since === null ? '' : `, last ${durationText(Math.max(0, since))} ago`}`;
    return waited(recent, lastText, fact, service, node) ?? judged(recent, lastText, state, service, node);
  },
});

/** An hour, or three of its waits where those are longer: a flap in that rhythm shows in no shorter time. */
const lookBack = ({ waitSeconds = 0 }: Service): number => Math.max(hour, Math.ceil(3.3 * waitSeconds));

function unseen(trouble: string, { state }: ServiceExits, { name }: Service, { thresholds }: Node): Verdict {
  const uptime = state?.state === 'running' ? (state.uptimeSeconds ?? 0) : 0;
  return uptime >= thresholds.youngSeconds
    ? {
        status: 'ok',
        summary: `${name}: up for ${durationText(uptime)}; whether it ended before is not known (${trouble}).`,
      }
    : { status: 'unknown', summary: `${name}: how often it ended is not known (${trouble}).` };
}

/** Each run lasted as long as the start script waits for the model. */
function waited(
  exits: readonly Exit[],
  lastText: string,
  { scriptWaits }: ServiceExits,
  service: Service,
  node: Node,
): Verdict | undefined {
  const lasted = exits.flatMap(({ ranSeconds }) => ranSeconds ?? []).slice(-3);
  const waits = [
    ...(service.waitSeconds === undefined ? [] : [{ seconds: service.waitSeconds, called: 'its waitSeconds' }]),
    ...scriptWaits.map(({ seconds, name, path }) => ({ seconds, called: `${name} in ${path}` })),
  ].filter(({ seconds }) => seconds >= leastWaitSeconds);
  const wait = waits.find(({ seconds }) => lasted.length > 0 && lasted.every((each) => isAbout(each, seconds)));
  if (wait === undefined) return undefined;
  return {
    status: 'critical',
    summary: `${service.name} ended ${count(exits.length, 'time')} by itself (${lastText}), after ${durationText(lasted.at(-1) ?? 0)} each: that is ${wait.called} (${wait.seconds} s, within 10 %), so its model never appeared and it did not crash.`,
    restartHelps: 'after-fix',
    next: [seeModel(node, service)],
  };
}

/** It has lived for three times as long as it did whenever it ended. */
function outlives(exits: readonly Exit[], { state, uptimeSeconds }: ServiceState, youngSeconds: number): boolean {
  const lives = exits.map(({ ranSeconds }) => ranSeconds ?? Number.POSITIVE_INFINITY);
  return state === 'running' && (uptimeSeconds ?? 0) > Math.max(youngSeconds, 3 * Math.max(...lives));
}

function judged(exits: readonly Exit[], lastText: string, state: ServiceState, service: Service, node: Node): Verdict {
  const { flapExits, flapWindowSeconds } = node.thresholds;
  const rhythm = rhythmOf(exits);
  const last = exits.at(-1)?.at ?? 0;
  const inWindow = exits.filter(({ at }) => at > last - flapWindowSeconds).length;
  const ended = `${service.name} ended ${count(exits.length, 'time')} by itself`;
  const ran = exits.at(-1)?.ranSeconds ?? null;
  const lived = ran === null ? '' : `, after ${durationText(ran)} of life`;
  const next = [readLog(node, service)];
  if (inWindow < flapExits && rhythm?.isRegular !== true) {
    return {
      status: 'degraded',
      summary: `${ended} in the last ${durationText(lookBack(service))} (${lastText}${lived}); ${flapExits} in ${durationText(flapWindowSeconds)} would be a flap.`,
      next,
    };
  }
  const beat =
    rhythm === undefined
      ? ''
      : `, ${rhythm.isRegular ? 'regularly every' : 'about every'} ${durationText(rhythm.periodSeconds)}`;
  if (outlives(exits, state, node.thresholds.youngSeconds)) {
    const up = durationText(state.uptimeSeconds ?? 0);
    return {
      status: 'degraded',
      summary: `${ended} in the last ${durationText(lookBack(service))} (${lastText}${lived}), and has been up for ${up} since, longer than before.`,
      next,
    };
  }
  const many =
    inWindow < flapExits ? '' : ` (${inWindow} within ${durationText(flapWindowSeconds)}, limit ${flapExits})`;
  return {
    status: 'critical',
    summary: `${ended}${beat}${many}: ${lastText}${lived}; it crashes, and its log says why.`,
    restartHelps: 'after-fix',
    next,
  };
}
