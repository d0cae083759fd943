import { z } from 'zod';
import { order, type Done, type Order, type Proof } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import type { AnyCheck } from '../core/check.ts';
import { tail } from '../core/command.ts';
import { instanceFile } from '../core/comfyui-instances.ts';
import type { Json } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import { ask, recent, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { comfyuiInstances } from '../checks/comfyui-instances.ts';
import { instanceInput } from '../checks/instance-input.ts';
import { serviceHealth } from '../checks/service-health.ts';
import { serviceLog } from '../checks/service-log.ts';
import { servicePorts } from '../checks/service-ports.ts';
import { instanceSet, type FoundInstance } from '../probes/instance-set.ts';
import { anew } from '../probes/log-files.ts';
import { launchesOf } from '../services/instance-launch.ts';
import { ended } from './ended.ts';
import { fileNow } from './file-now.ts';
import { loadInstances } from './load-instances.ts';
import { keptAt } from './replacing.ts';

/** What is sent, and what is looked at afterwards. `none` is no file. */
export const loadingSchema = z.object({
  file: z.string(),
  sha: z.string(),
  to: z.string(),
  only: z.array(z.string()).describe('Are started, or started anew'),
  gone: z.array(z.string()).describe('Are ended and forgotten'),
  /** Of those, as they ran before. */
  pids: z.record(z.string(), z.number()),
  manager: z.enum(['pm2', 'supervisor']),
  place: z.string().describe('PM2_HOME, or the configuration of supervisord'),
  node: z.string(),
  program: z.string(),
});
export type Loading = z.infer<typeof loadingSchema>;

/** pm2 ends what it starts anew within two seconds, one after the other; supervisord waits ten for each. */
const deadlineMs = 300_000;

/** Writes a content, or what was kept, and has the manager take it up. */
export function loading(before: Json, become: 'sudo' | undefined, by: { readonly text: string } | 'kept'): Order {
  const { file, sha, to, only, gone, manager, place, node, program } = loadingSchema.parse(before);
  const slash = file.lastIndexOf('/') + 1;
  const made = `${file.slice(0, slash)}.${file.slice(slash)}.rackhand-new-`;
  const isBack = by === 'kept';
  const from = isBack && to !== 'none' ? keptAt(file, to) : '';
  const way = isBack ? 'undo' : 'do';
  const words = [file, made, keptAt(file, sha), from, sha, to, way, manager, place, node, program, only.join(',')];
  const command = alterByRun(['sh', '-c', loadInstances, 'rackhand', ...words, ...gone], {
    become,
    deadlineMs,
    ...(!isBack && { stdin: by.text }),
  });
  return order(command, (reply) => ended(reply, sentences));
}

const sentences: Readonly<Record<number, string>> = {
  65: 'Nothing was done: the file was changed since this was planned.',
  73: 'Nothing was done: there is no room for the file.',
  74: 'The file was left as it was: its manager did not take it up.',
  77: 'Nothing was done: the login user may not.',
};

/** Whether the file has its content and the manager runs what it holds, as other processes than before. */
export function* loaded(node: Node, before: Json): Asking<Done> {
  const { file, sha, to, only, gone, pids, manager } = loadingSchema.parse(before);
  const input = instanceInput(node);
  if (input === undefined) return { is: 'unclear', say: `${node.name} declares no instances any more.` };
  const now = yield* fileNow(file, node.become);
  if (!now.can) return { is: 'unclear', say: now.because };
  if (now.sha !== to && now.sha === sha) return { is: 'not_done', say: `${file} has the content that it had.` };
  if (now.sha !== to) return { is: 'unclear', say: `${file} has neither the content of before nor the one meant.` };
  const set = yield* recent(instanceSet.steps(input), anew);
  if (!set.reachable) return { is: 'unclear', say: `${manager} can not be asked: ${set.say}.` };
  const named = (name: string) => set.found.find((one) => one.name === name);
  const left = gone.find((name) => !only.includes(name) && named(name) !== undefined);
  if (left !== undefined) return { is: 'unclear', say: `${manager} still knows ${left}.` };
  const down = only.find((name) => (named(name)?.pid ?? null) === null);
  if (down !== undefined) return { is: 'unclear', say: yield* whyDown(down, named(down), node.become) };
  const old = only.filter((name) => pids[name] !== undefined && named(name)?.pid === pids[name]);
  if (old.length > 0) {
    const say = `${old.join(', ')} ${old.length === 1 ? 'is the process' : 'are the processes'} of before.`;
    return { is: sha === to && old.length === only.length ? 'not_done' : 'unclear', say };
  }
  return { is: 'done', mark: [to, ...only.map((name) => `${name}:${named(name)?.pid}`)].join(' ') };
}

/** What pm2 writes before each line, as its file has it write. */
const pm2Time = /^\d{4}-\d\d-\d\dT[\d:.+-]+: ?/;

/** Its last line tells more than the word of its manager. */
function* whyDown(name: string, found: FoundInstance | undefined, become: 'sudo' | undefined): Asking<string> {
  if (found === undefined) return `${name} is not known to its manager.`;
  const down = `${name} does not run ("${found.said}")`;
  const [log] = found.logs;
  if (log === undefined) return `${down}.`;
  const text = fileTextIfAny(yield* ask(tail(log, { bytes: 4_096, become, freshMs: anew }))) ?? '';
  const lines = clean(text).split('\n');
  const last = lines.map((line) => line.replace(pm2Time, '').trim()).findLast((line) => line !== '') ?? '';
  return last === '' ? `${down}.` : `${down}; it wrote last: ${last.slice(0, 300).replace(/\.?$/, '.')}`;
}

const wellness: readonly AnyCheck[] = [comfyuiInstances, serviceHealth, servicePorts, serviceLog];

/** All of them must be well, also those that were not touched: they share GPUs, ports and folders. */
export function loadingProof(node: Node): Proof {
  const launches = launchesOf(node);
  return {
    checks: wellness,
    services: launches?.all.map(({ name }) => name) ?? [],
    quietSeconds: launches?.declared.quietSeconds ?? 1,
    withinSeconds: launches?.declared.startSeconds ?? 1,
  };
}

export const fileOf = ({ comfyui }: Node): string => (comfyui === undefined ? '' : instanceFile(comfyui));
