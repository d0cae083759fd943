import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { read } from '../core/command.ts';
import type { Node } from '../core/node.ts';
import { ask, known, recent, type Asking } from '../core/probe.ts';
import { sha256 } from '../core/sha256.ts';
import { instanceInput } from '../checks/instance-input.ts';
import { instanceSet } from '../probes/instance-set.ts';
import { anew } from '../probes/log-files.ts';
import { utf8 } from './editable-file.ts';
import { fileNow } from './file-now.ts';
import { fileOf, loaded, loading, type Loading } from './loading.ts';
import { managerPlace } from './manager-place.ts';
import { refused } from './refused.ts';
import { keptAt } from './replacing.ts';
import { textDiff } from './text-diff.ts';

const names = z.array(z.string());

/** Takes back an instances.apply. */
export const instancesRestore = defineAction({
  name: 'instances.restore',
  summary: 'Puts back the file that the ComfyUI instances were started by, unless it was changed since, and has it run',
  args: z.strictObject({
    sha: z.string().describe('Of what was left'),
    to: z.string().describe('Of what was before; none: there was no file'),
    only: names.describe('Started again as they were'),
    gone: names.describe('Ended again'),
  }),
  guards: () => ({ checks: [], services: [] }),
  *plan({ sha, to, only, gone }, node) {
    const input = instanceInput(node);
    if (input === undefined) return refused(`${node.name} declares no comfyui.instances any more.`);
    const file = fileOf(node);
    const place = yield* managerPlace(input, file);
    if (!place.can) return place;
    const now = yield* fileNow(file, node.become);
    if (!now.can) return now;
    if (now.sha !== sha) return refused(`${file} was changed since, and taking it back would lose that.`);
    const text = to === 'none' ? '' : sha === to ? now.text : yield* keptText(keptAt(file, to), to, node);
    if (text === null) return refused(`What ${file} held before is gone from ${keptAt(file, to)}.`);
    const set = yield* recent(instanceSet.steps(input), anew);
    if (!set.reachable) return refused(`${place.manager} can not be asked: ${set.say}.`);
    const there = gone.filter((name) => set.found.some((one) => one.name === name));
    const pids = Object.fromEntries(
      set.found.flatMap(({ name, pid }) => (pid !== null && only.includes(name) ? [[name, pid]] : [])),
    );
    const { can: _, ...told } = place;
    const before: Loading = { ...told, file, sha, to, only, gone: there, pids };
    return {
      can: true,
      subject: `file:${file}`,
      risk: 'approve',
      what: `${to === 'none' ? `Remove ${file}` : `Put back what ${file} held`}, and have ${place.manager} run what it did before.`,
      diff: textDiff(file, now.text ?? '', text),
      drops: [`Jobs that ${[...only, ...there].join(', ') || 'they'} work on are lost.`],
      proves: [`${place.manager} runs what it ran before.`],
      undo: { action: 'instances.apply', args: {}, what: 'Bring them to what is declared once more.' },
      world: { file, sha, to, only, gone: there, manager: place.manager, place: place.place },
      before,
    };
  },
  order: (_, node, { before }) => known(loading(before, node.become, 'kept')),
  done: (_, node, before) => loaded(node, before),
  proof: () => ({ checks: [], services: [], quietSeconds: 1, withinSeconds: 120 }),
});

function* keptText(path: string, sha: string, node: Node): Asking<string | null> {
  const kept = yield* ask(read(path, { bytes: 1_048_576, become: node.become, freshMs: anew }));
  return kept.ok && sha256(kept.bytes) === sha ? (utf8(kept.bytes) ?? null) : null;
}
