import { need } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import type { Service } from '../core/service.ts';
import { logBytes } from '../core/service-manager.ts';
import type { Process } from '../probes/processes.ts';
import { serviceWaiting, type Waiting } from '../probes/service-waiting.ts';
import { isEnd, isReady, logRuns } from './log-runs.ts';
import { serviceInput } from './managed.ts';
import { portsOf } from '../core/ports-of.ts';

/** A service that is up as its manager sees it, and has not begun to serve because its model is not there yet. */
export interface ModelWait {
  readonly elapsedSeconds: number | null;
  /** What shows it. */
  readonly shown: string;
}

/** Only what a model server's start script waits for, or what the fleet file says of it. */
export const mayWait = ({ kind, manager, waitSeconds }: Service): boolean =>
  manager !== 'none' && (kind === 'llama' || waitSeconds !== undefined);

export const waitingNeed = (service: Service, node: Node) =>
  need(serviceWaiting, {
    ...serviceInput(service, node),
    mayWait: mayWait(service),
    ports: portsOf(service),
    health: service.health
      .filter(({ from }) => from === 'node')
      .map(({ url, from, headers }) => ({ url, from, headers })),
    logs: service.logs,
    bytes: logBytes,
  });

const waitLines: readonly RegExp[] = [
  /\bwaiting (?:for|on|until) (?:the )?(?:\w+ )?(?:model|weights?|checkpoint|file|download|sync)\b/i,
  /\bwaiting (?:for|on|until) \S+\.(?:gguf|safetensors|bin|pt|ckpt|onnx)\b/i,
  /\b(?:model|weights?|file)\b.{0,200}\bnot (?:there|found|present|available|visible|ready) yet\b/i,
];

/** Programs that a start script is made of. Anything else in the tree is the server, or on its way to be. */
const scriptPrograms = new Set(
  'sh bash dash ash zsh busybox sleep tail cat find stat test ls inotifywait timeout tini dumb-init env sudo su flock tee'.split(
    ' ',
  ),
);

export function waitOf(waiting: Waiting): ModelWait | undefined {
  if (waiting === null) return undefined;
  const { state, tree, logs } = waiting;
  const line = logs.map(({ text }) => waitingLine(text)).find((found) => found !== undefined);
  const isScript = tree.length > 0 && tree.every(isOfScript);
  if (line === undefined && !isScript) return undefined;
  const elapsedSeconds = state.uptimeSeconds ?? tree[0]?.ageSeconds ?? null;
  if (line !== undefined) return { elapsedSeconds, shown: `its log ends with "${line.slice(0, 120)}"` };
  return { elapsedSeconds, shown: `only its start script runs (${tree[0]?.args.slice(0, 80)}), no server` };
}

/** The last word of the last start, where it tells of waiting. */
function waitingLine(text: string): string | undefined {
  const lines = (logRuns(text).at(-1)?.lines ?? []).filter((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => waitLines.some((pattern) => pattern.test(line)));
  const after = lines.slice(last + 1);
  // A server that has begun writes much more than this.
  return after.length > 2 || after.some((line) => isReady(line) || isEnd(line)) ? undefined : lines[last];
}

const isOfScript = ({ args }: Process): boolean => {
  const program = args.split(' ')[0] ?? '';
  // What has ended and is not reaped yet has no words.
  return program === '' || scriptPrograms.has(program.slice(program.lastIndexOf('/') + 1).replace(/^-/, ''));
};

/** It has waited longer than its start script ever does. */
export const isOver = ({ elapsedSeconds }: ModelWait, { waitSeconds }: Service): boolean =>
  waitSeconds !== undefined && elapsedSeconds !== null && elapsedSeconds > waitSeconds;

/** `12 min of 30 min`, as far as both are known. */
export function waitText({ elapsedSeconds }: ModelWait, { waitSeconds }: Service): string {
  const elapsed = elapsedSeconds === null ? 'for an unknown time' : durationText(elapsedSeconds);
  if (waitSeconds === undefined) return `${elapsed} (how long it will is not declared as waitSeconds)`;
  return `${elapsed} of the ${durationText(waitSeconds)} that its start script waits`;
}

export const seeModel = (node: Node, service: Service): Next => ({
  say: `See why the model of ${service.name} is not there or not whole; it starts by itself once it is.`,
  tool: 'model_verify',
  args: { nodes: [node.name], service: service.name },
});
