import { isConnected } from '../checks/comfyui-release.ts';
import { installedComfyui } from '../checks/comfyui-of.ts';
import { defineAction } from '../core/action.ts';
import { known, recent } from '../core/probe.ts';
import { comfyuiLinks } from '../probes/comfyui-links.ts';
import { extraModelPaths } from '../probes/extra-model-paths.ts';
import { anew } from '../probes/log-files.ts';
import { noArgs, noGuards, phaseChange, phaseNow, phaseOrder, phaseProof } from './comfyui-phase.ts';
import { connectFolders } from './connect-folders.ts';

/** The sixth phase of an installation: its models, and what is to outlive it. */
export const comfyuiPaths = defineAction({
  name: 'comfyui.paths',
  summary: 'Connects a release of ComfyUI with the declared folders of models, inputs and results outside of it',
  args: noArgs,
  guards: noGuards,
  *plan(_, node) {
    const now = yield* phaseNow(node, 'paths');
    if ('can' in now) return now;
    const { release, install } = now;
    const text = extraModelPaths(install);
    const links = Object.entries(install.links);
    const parts = [
      ...(text === undefined ? [] : [`write ${release.path}/extra_model_paths.yaml`]),
      ...links.map(([from, to]) => `make ${from} a link to ${to}`),
    ];
    const planned = yield* phaseChange(now, {
      phase: 'paths',
      what: `Connect the release ${release.name} with its folders: ${parts.join(', ')}.`,
      drops: links.length === 0 ? [] : [`Folders of the release in their place are kept in ${release.stamps}/kept.`],
      proves: ['The file and the links are as declared.'],
      words: [release.path, text ?? '', ...links.flat()],
      seconds: 60,
    });
    if (!planned.can || text === undefined) return planned;
    return {
      ...planned,
      diff: text
        .trimEnd()
        .split('\n')
        .map((line) => `+${line}`),
    };
  },
  order: (_, __, change) => known(phaseOrder(change, connectFolders)),
  *done(_, node) {
    const declared = installedComfyui(node);
    if (declared === undefined) return { is: 'unclear', say: `${node.name} declares no comfyui.install any more.` };
    const { install, release, become } = declared;
    const links = Object.keys(install.links);
    const folders = yield* recent(comfyuiLinks.steps({ root: release.path, outside: [], links, become }), anew);
    if (!isConnected(folders, install)) return { is: 'not_done', say: `${release.path} is not connected as declared.` };
    return { is: 'done', mark: JSON.stringify(folders) };
  },
  proof: () => phaseProof,
});
