import { defineAction } from '../core/action.ts';
import { known } from '../core/probe.ts';
import { noArgs, noGuards, phaseChange, phaseDone, phaseNow, phaseOrder, phaseProof } from './comfyui-phase.ts';
import { makeEnvironment } from './make-environment.ts';
import { packageTool } from './package-words.ts';

/** The second phase of an installation. */
export const comfyuiEnvironment = defineAction({
  name: 'comfyui.environment',
  summary: 'Makes the Python environment of a release of ComfyUI, by uv or venv',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* phaseNow(node, 'environment', 1);
    if ('can' in now) return now;
    const { release, install, become } = now;
    const tool = yield* packageTool(install, become);
    const by = tool === 'uv' ? 'uv venv' : `${install.python} -m venv`;
    return yield* phaseChange(now, {
      phase: 'environment',
      what: `Make the environment ${release.venv} by ${by}; what is left there of one that was not finished is removed.`,
      proves: [`${release.venv} has a Python that runs.`],
      words: [tool, install.python, release.path],
    });
  },
  order: (_, __, change) => known(phaseOrder(change, makeEnvironment)),
  done: (_, __, before) => phaseDone(before),
  proof: () => phaseProof,
});
