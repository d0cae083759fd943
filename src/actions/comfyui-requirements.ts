import { defineAction } from '../core/action.ts';
import { known } from '../core/probe.ts';
import { noArgs, noGuards, phaseChange, phaseDone, phaseNow, phaseOrder, phaseProof } from './comfyui-phase.ts';
import { installPackages } from './install-packages.ts';
import { packageTool, sourceText, sourceWords } from './package-words.ts';

/** The fourth phase of an installation. */
export const comfyuiRequirements = defineAction({
  name: 'comfyui.requirements',
  summary: 'Installs the requirements of a release of ComfyUI into its environment',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* phaseNow(node, 'requirements', 0.1);
    if ('can' in now) return now;
    const { release, install, become } = now;
    const { requirements, index } = install;
    const tool = yield* packageTool(install, become);
    const files = requirements.flatMap((file) => ['-r', `${release.path}/${file}`]);
    const held = ['-c', `${release.stamps}/torch`];
    return yield* phaseChange(now, {
      phase: 'requirements',
      what: `Install what ${requirements.join(', ')} of ${release.path} names into ${release.venv} by ${tool}, from ${sourceText(install, index)}; torch stays as it is.`,
      proves: ['All of them are in the environment.'],
      words: [tool, release.path, 'requirements', '', ...held, ...sourceWords(install, index), ...files],
    });
  },
  order: (_, __, change) => known(phaseOrder(change, installPackages)),
  done: (_, __, before) => phaseDone(before),
  proof: () => phaseProof,
});
