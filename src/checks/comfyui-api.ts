import { defineCheck, need, services, type FactsOf, type Verdict } from '../core/check.ts';
import { bytesText, count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import type { Service } from '../core/service.ts';
import { comfyuiApi as apiOf, type ComfyuiApi } from '../probes/comfyui-api.ts';
import { identity } from '../probes/identity.ts';
import { serverOf } from '../probes/model-server.ts';
import { serviceStates } from '../probes/service-states.ts';
import { secondsUp } from './last-start.ts';
import { managerOf } from './managed.ts';
import { readLog } from './read-log.ts';

/** One that loads a model answers nothing for a while: silence shorter than this tells nothing. */
const silentMs = 3_000;

/** A ComfyUI may answer and yet draw on the CPU, or sit on one prompt for ever. Source: recordings of 0.33.0 and 0.3.64. */
export const comfyuiApi = defineCheck({
  name: 'comfyui.api',
  summary: 'A ComfyUI answers, has a GPU, and its queue moves',
  layer: 'inference',
  rule: 'Critical when nothing, or something else, answers, or when only a CPU is there although a GPU is meant; degraded while it starts, or when one prompt runs longer than `comfyuiStuckSeconds`; unknown when it wants credentials, was silent for less than 3 s; no judgement where nobody said where.',
  unseen: 'Whether a picture comes out; since when a prompt runs, where the release does not tell (0.3.64).',
  subjects: services(({ kind }) => kind === 'comfyui'),
  needs(service, node) {
    const { manager, place, units } = managerOf(service, node);
    return {
      api: need(apiOf, serverOf(service) ?? null),
      states: need(serviceStates, { manager, place, units }),
      identity: need(identity, {}),
    };
  },
  evaluate(facts, service, node): Verdict {
    const { api } = facts;
    if (api.says === 'unasked') {
      const summary = `Where ${service.name} answers is not declared: a health URL would say it, as http://127.0.0.1:8188/system_stats.`;
      return { status: 'not_applicable', summary };
    }
    if (api.says === 'nothing') return silent(api, secondsUp(facts.states, service), service, node);
    if (api.says === 'other') return stranger(api, service, node);
    const { name } = service;
    const gpus = api.devices.filter(({ type }) => type !== 'cpu');
    if (gpus.length === 0 && (service.gpu || !api.wantsCpu)) {
      const why = api.wantsCpu ? ': it was started with --cpu' : '';
      const say = api.wantsCpu
        ? 'Take --cpu out of its command line and restart it.'
        : 'See whether its environment hides the GPU (CUDA_VISIBLE_DEVICES), and whether its PyTorch was built for CUDA.';
      return {
        status: service.gpu ? 'critical' : 'degraded',
        summary: `${name}: ComfyUI ${api.version} has no device but the CPU${why}.`,
        restartHelps: 'after-fix',
        next: [{ say }, readLog(node, service)],
      };
    }
    return atWork(api, gpus, facts.identity.epochSeconds, service, node);
  },
});

type Facts = FactsOf<ReturnType<typeof comfyuiApi.needs>>;
type Said<Says extends ComfyuiApi['says']> = Extract<Facts['api'], { says: Says }>;

const placeOf = (service: Service): string => new URL(serverOf(service)?.origin ?? 'http://unknown').host;

function silent(api: Said<'nothing'>, up: number | null, service: Service, node: Node): Verdict {
  const asked = `${service.name}: /system_stats on ${placeOf(service)}`;
  const logs = readLog(node, service);
  if (api.reason === 'denied') return { status: 'unknown', summary: `${asked} can not be asked: ${api.message}.` };
  if (api.reason === 'timeout') {
    const summary = `${asked} gave no answer within ${took(api.ms)}: it hangs, or loads a model and answers nothing meanwhile.`;
    return { status: api.ms < silentMs ? 'unknown' : 'critical', summary, next: [logs] };
  }
  if (api.reason === 'refused' && up !== null && up < service.startSeconds) {
    const summary = `${service.name} was started ${durationText(up)} ago and does not listen on ${placeOf(service)} yet; it has ${durationText(service.startSeconds)} for that.`;
    return { status: 'degraded', summary, restartHelps: 'no', next: [{ say: 'Wait, and look again.' }, logs] };
  }
  const said = api.reason === 'refused' ? 'is refused: nothing listens there' : `is cut off: ${api.message}`;
  return { status: 'critical', summary: `${asked} ${said}.`, next: [logs] };
}

function stranger({ status, excerpt }: Said<'other'>, service: Service, node: Node): Verdict {
  const asked = `${service.name}: /system_stats on ${placeOf(service)}`;
  if (status === 401 || status === 403) {
    const next: Next = { say: 'Declare the header it wants under `health.headers` in the fleet file.' };
    return { status: 'unknown', summary: `${asked} answers ${status}: it wants credentials.`, next: [next] };
  }
  const says = excerpt === '' ? '' : ` ("${excerpt}")`;
  const summary = `${asked} answers ${status}, and not as a ComfyUI does${says}: another program holds the port, or it is broken.`;
  return { status: 'critical', summary, next: [readLog(node, service)] };
}

function atWork(
  { version, ms, queue }: Said<'stats'>,
  gpus: Said<'stats'>['devices'],
  epochSeconds: number | null,
  service: Service,
  node: Node,
): Verdict {
  const on = gpus.map(
    ({ name, freeBytes, totalBytes }) => `${name} with ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free`,
  );
  const answers = `${service.name}: ComfyUI ${version} answers in ${took(ms)} on ${on.join(', ') || 'the CPU, as it was started'}`;
  if (queue === null)
    return { status: 'unknown', summary: `${answers}, but not what is in its queue.`, next: [readLog(node, service)] };
  const { running, waiting } = queue;
  const behind = `${count(waiting, 'prompt')} ${waiting === 1 ? 'waits' : 'wait'} behind it`;
  const seconds = running?.sinceMs == null || epochSeconds === null ? null : epochSeconds - running.sinceMs / 1_000;
  const limit = node.thresholds.comfyuiStuckSeconds;
  if (running !== null && seconds !== null && seconds > limit) {
    return {
      status: 'degraded',
      summary: `${service.name} runs one prompt (${running.id}) for ${durationText(seconds)}, longer than ${durationText(limit)}; ${behind}.`,
      restartHelps: 'maybe',
      next: [
        {
          say: 'See in its log whether it makes progress; if it does not, interrupt that prompt, and only then restart it.',
        },
        readLog(node, service),
      ],
    };
  }
  const runs = seconds === null ? 'one prompt runs' : `one prompt runs since ${durationText(Math.max(0, seconds))}`;
  const work =
    running === null
      ? waiting === 0
        ? 'nothing to do'
        : `nothing runs, ${count(waiting, 'prompt')} waiting`
      : `${runs}, ${behind}`;
  return { status: 'ok', summary: `${answers}; ${work}.` };
}

const took = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : durationText(ms / 1_000));
