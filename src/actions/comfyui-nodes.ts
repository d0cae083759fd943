import { defineAction } from '../core/action.ts';
import { phases } from '../core/comfyui-install.ts';
import { phaseText } from '../checks/comfyui-release.ts';
import { known, recent } from '../core/probe.ts';
import { comfyuiExtensions } from '../probes/comfyui-extensions.ts';
import { anew } from '../probes/log-files.ts';
import {
  noArgs,
  noGuards,
  noRoom,
  phaseChange,
  phaseDone,
  phaseOrder,
  phaseProof,
  releaseNow,
} from './comfyui-phase.ts';
import { installNodes } from './install-nodes.ts';
import { packageTool, sourceText, sourceWords } from './package-words.ts';
import { refused } from './refused.ts';

/** The fifth phase of an installation, and what tries once more those that have failed. */
export const comfyuiNodes = defineAction({
  name: 'comfyui.nodes',
  summary:
    'Installs the declared custom nodes of ComfyUI that are not there; one that fails is named, and the others go on',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* releaseNow(node);
    if ('can' in now) return now;
    const { release, install, become, next } = now;
    if (next !== undefined && phases.indexOf(next) < phases.indexOf('nodes'))
      return refused(`This is not the turn of it: the release ${release.name} is not ready, ${phaseText[next]}.`);
    const declared = Object.entries(install.nodes);
    const names = declared.map(([name]) => name);
    const found = yield* recent(comfyuiExtensions.steps({ root: release.path, names, become }), anew);
    const open = declared.filter(
      ([name]) => found.stamps[name]?.startsWith('ok') !== true || !Object.hasOwn(found.there, name),
    );
    if (open.length === 0) return refused(`This is done already for the release ${release.name}.`);
    const full = yield* noRoom(now, 0.1);
    if (full !== undefined) return full;
    const tool = yield* packageTool(install, become);
    const rows = open.map(([name, { ref, repository, mirror }]) => `${name} (${ref} of ${mirror ?? repository})`);
    const words = open.flatMap(([name, { repository, mirror, ref, requirements = '', script = '' }]) => [
      name,
      mirror ?? repository,
      repository,
      ref,
      requirements,
      script,
    ]);
    const scripts = open.flatMap(([name, { script }]) => (script === undefined ? [] : [`${script} of ${name}`]));
    return yield* phaseChange(now, {
      phase: 'nodes',
      what: `Install ${rows.join(', ')} into ${release.path}/custom_nodes, with their requirements by ${tool} from ${sourceText(install, install.index)}.`,
      drops: scripts.length === 0 ? [] : [`It runs ${scripts.join(' and ')}; what that does is known to its authors.`],
      proves: ['Each is on its commit, or its failure is written down and what came of it is taken out.'],
      words: [
        tool,
        release.path,
        String(open.length),
        ...words,
        '-c',
        `${release.stamps}/torch`,
        ...sourceWords(install, install.index),
      ],
      stamps: open.map(([name]) => `node-${name}`),
    });
  },
  order: (_, __, change) => known(phaseOrder(change, installNodes)),
  done: (_, __, before) => phaseDone(before),
  proof: () => phaseProof,
});
