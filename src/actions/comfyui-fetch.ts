import { defineAction } from '../core/action.ts';
import { known } from '../core/probe.ts';
import { noArgs, noGuards, phaseChange, phaseDone, phaseNow, phaseOrder, phaseProof } from './comfyui-phase.ts';
import { fetchRelease } from './fetch-release.ts';

/** The first phase of an installation: its files, in a folder of their own. */
export const comfyuiFetch = defineAction({
  name: 'comfyui.fetch',
  summary: 'Fetches the declared release of ComfyUI into a folder of its own',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* phaseNow(node, 'fetch', 1);
    if ('can' in now) return now;
    const { release, install } = now;
    const { repository, mirror, ref } = install;
    const from = mirror ?? repository;
    const of = mirror === undefined ? repository : `${repository}, from ${mirror}`;
    return yield* phaseChange(now, {
      phase: 'fetch',
      what: `Fetch ${ref} of ${of} into ${release.path}.`,
      proves: [`${release.path} holds it, with a main.py, and its commit is written down.`],
      words: [from, repository, ref, release.path, release.partial],
    });
  },
  order: (_, __, change) => known(phaseOrder(change, fetchRelease)),
  done: (_, __, before) => phaseDone(before),
  proof: () => phaseProof,
});
