import { durationText } from '../core/format.ts';
import type { Launch, Launches } from '../services/instance-launch.ts';
import type { FoundInstance } from '../probes/instance-set.ts';

/** How an instance that is known differs from what is declared: a part of a sentence. `grave`: another GPU or port. */
export interface Difference {
  readonly say: string;
  readonly grave: boolean;
}

export function instanceDifferences(
  launch: Launch,
  found: FoundInstance,
  declared: Launches['declared'],
): readonly Difference[] {
  return [...gpuOf(launch, found), ...argsOf(launch, found), ...placeOf(launch, found), ...limitsOf(found, declared)];
}

const mild = (say: string): Difference => ({ say, grave: false });
const grave = (say: string): Difference => ({ say, grave: true });

function gpuOf({ env }: Launch, { visible, recorded }: FoundInstance): readonly Difference[] {
  const wanted = env['CUDA_VISIBLE_DEVICES'] ?? '';
  const must = wanted === '' ? 'must see no GPU' : `must see GPU ${wanted} only`;
  if (visible !== undefined && visible !== wanted) return [grave(`${visibleText(visible)}, and ${must}`)];
  if (recorded !== null && recorded !== wanted)
    return [grave(`would be started next so that it ${visibleText(recorded)}, and ${must}`)];
  return [];
}

export const visibleText = (visible: string | null | undefined): string => {
  if (visible === undefined) return 'has an environment that may not be seen';
  if (visible === null) return 'has no CUDA_VISIBLE_DEVICES, so it sees every GPU';
  return visible === '' ? 'sees no GPU (CUDA_VISIBLE_DEVICES is empty)' : `sees GPU ${visible}`;
};

function argsOf({ args: wanted, port }: Launch, { args }: FoundInstance): readonly Difference[] {
  if (args === null || same(args, wanted)) return [];
  const found = portIn(args);
  if (found !== String(port)) return [grave(`has ${found === undefined ? 'no port' : `port ${found}`}, not ${port}`)];
  const lacks = wanted.filter((word) => !args.includes(word));
  const more = args.filter((word) => !wanted.includes(word));
  const parts = [
    ...(lacks.length > 0 ? [`lacks ${lacks.join(' ')}`] : []),
    ...(more.length > 0 ? [`has ${more.join(' ')} besides`] : []),
  ];
  return [mild(parts.length === 0 ? 'has its words in another order' : parts.join(' and '))];
}

const portIn = (args: readonly string[]): string | undefined => {
  const at = args.indexOf('--port');
  return at < 0 ? args.find((word) => word.startsWith('--port='))?.slice('--port='.length) : args[at + 1];
};

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((word, index) => word === other[index]);

function placeOf(launch: Launch, { script, cwd, python }: FoundInstance): readonly Difference[] {
  return [
    ...(script !== null && script !== launch.script ? [mild(`runs ${script}, not ${launch.script}`)] : []),
    ...(cwd !== null && cwd !== launch.cwd ? [mild(`runs in ${cwd}, not in ${launch.cwd}`)] : []),
    ...(python !== null && !isPython(python, launch.python)
      ? [mild(`runs by ${python}, not by ${launch.python}`)]
      : []),
  ];
}

/** A plain name is looked up by its manager, which may tell where it found it. */
const isPython = (found: string, wanted: string): boolean =>
  found === wanted || (!wanted.includes('/') && found.endsWith(`/${wanted}`));

const text = (ms: number) => durationText(ms / 1_000);

function limitsOf(
  { limits }: FoundInstance,
  { restartDelayMs, maxRestarts, startSeconds }: Launches['declared'],
): readonly Difference[] {
  if (limits === null) return [];
  const delay = limits.restartDelayMs ?? 0;
  return [
    ...(delay === restartDelayMs ? [] : [mild(`waits ${text(delay)} before a start, not ${text(restartDelayMs)}`)]),
    ...(limits.maxRestarts === maxRestarts
      ? []
      : [mild(`gives up after ${limits.maxRestarts ?? 16} starts, not ${maxRestarts}`)]),
    ...(limits.minUptimeMs === startSeconds * 1_000
      ? []
      : [mild(`counts a run as failed below ${text(limits.minUptimeMs ?? 1_000)}, not ${text(startSeconds * 1_000)}`)]),
  ];
}
