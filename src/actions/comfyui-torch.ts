import { defineAction } from '../core/action.ts';
import { known } from '../core/probe.ts';
import { noArgs, noGuards, phaseChange, phaseDone, phaseNow, phaseOrder, phaseProof } from './comfyui-phase.ts';
import { installPackages } from './install-packages.ts';
import { packageTool, sourceText, sourceWords } from './package-words.ts';

/** The third phase of an installation: what depends on the hardware, before anything else could bring another one. */
export const comfyuiTorch = defineAction({
  name: 'comfyui.torch',
  summary: 'Installs torch for the hardware of the node into a release of ComfyUI, and holds its version',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* phaseNow(node, 'torch', 1);
    if ('can' in now) return now;
    const { release, install, become } = now;
    const { packages, index, hardware } = install.torch;
    const tool = yield* packageTool(install, become);
    const names = packages.map((each) => /^[\w.-]+/.exec(each)?.[0] ?? each);
    return yield* phaseChange(now, {
      phase: 'torch',
      what: `Install ${packages.join(', ')} for ${hardware} into ${release.venv} by ${tool}, from ${sourceText(install, index)}.`,
      proves: ['They are in the environment, and their versions are written down and held for all that comes later.'],
      words: [tool, release.path, 'torch', names.join(' '), ...sourceWords(install, index), ...packages],
    });
  },
  order: (_, __, change) => known(phaseOrder(change, installPackages)),
  done: (_, __, before) => phaseDone(before),
  proof: () => phaseProof,
});
