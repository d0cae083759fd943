import { tail } from '../core/command.ts';
import type { Judged } from '../core/action.ts';
import { durationText } from '../core/format.ts';
import { figureOf } from '../core/figures.ts';
import type { Json } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import { askAll, recent, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { instanceInput } from '../checks/instance-input.ts';
import { instanceSet, type FoundInstance } from '../probes/instance-set.ts';
import { anew } from '../probes/log-files.ts';
import { launchesOf } from '../services/instance-launch.ts';

/** What ComfyUI writes when it begins to listen, behind the time that pm2 writes. Source: main.py and server.py of ComfyUI. */
const listens = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d): .*To see the GUI go to: /;

/** How long each instance took from its start until it listened, in ms; null where nobody wrote down when that was. */
export function* startUps(node: Node): Asking<Json> {
  const input = instanceInput(node);
  const set = input && (yield* recent(instanceSet.steps(input), anew));
  const found = set?.reachable === true ? set.found : [];
  const figures: [string, Json][] = [];
  for (const { name } of launchesOf(node)?.all ?? []) {
    const one = found.find((each) => each.name === name && each.pid !== null);
    figures.push([`${name}Ms`, one === undefined ? null : yield* startUp(one, node.become)]);
  }
  return Object.fromEntries(figures);
}

function* startUp({ logs, startedAt }: FoundInstance, become: 'sudo' | undefined): Asking<number | null> {
  if (startedAt === null || logs.length === 0) return null;
  const replies = yield* askAll(logs.map((path) => tail(path, { bytes: 262_144, become, freshMs: anew })));
  const times = replies.flatMap((reply) =>
    (fileTextIfAny(reply) ?? '').split('\n').flatMap((line) => {
      const at = Date.parse(listens.exec(line)?.[1] ?? '');
      return Number.isNaN(at) || at < startedAt ? [] : [at - startedAt];
    }),
  );
  return times.length === 0 ? null : Math.min(...times);
}

/** Nothing is taken back for being slow: how long a start may take is `startSeconds`, and its proof sees to that. */
export function judgeStarts(before: Json, after: Json): Judged {
  const names = typeof after === 'object' && after !== null && !Array.isArray(after) ? Object.keys(after) : [];
  const started = names.flatMap((name) => {
    const ms = figureOf(name, after);
    return typeof ms === 'number' && ms !== figureOf(name, before)
      ? [`${name.replace(/Ms$/, '')} ${durationText(ms / 1_000)}`]
      : [];
  });
  const say = started.length === 0 ? 'No start was timed.' : `Start until it listened: ${started.join(', ')}.`;
  return { is: 'same', say };
}
