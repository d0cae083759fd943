import { defineCheck, need, type Verdict } from '../core/check.ts';
import { phases, phaseText, type Phase } from '../core/comfyui-install.ts';
import { comfyuiLinks, type ComfyuiLinks } from '../probes/comfyui-links.ts';
import { comfyuiRelease as releaseProbe, type ComfyuiRelease } from '../probes/comfyui-release.ts';
import { extraModelPaths } from '../probes/extra-model-paths.ts';
import { theInstall, type InstalledComfyui } from './comfyui-of.ts';

export const comfyuiRelease = defineCheck({
  name: 'comfyui.release',
  summary: 'The declared release of ComfyUI is made, validated and in use',
  layer: 'inference',
  rule: 'Critical when the declared release lacks something and no other is in use; degraded when another one is in use meanwhile, or when it is ready and not in use; unknown when its folder can not be looked into.',
  unseen: 'What was changed in the release after a phase was done.',
  subjects: theInstall,
  needs: ({ path, release, install, become }) => ({
    made: need(releaseProbe, { path, release: release.path, become }),
    folders: need(comfyuiLinks, { root: release.path, outside: [], links: Object.keys(install.links), become }),
  }),
  evaluate({ made, folders }, declared): Verdict {
    const { release, path } = declared;
    const { trouble, link, taken } = made;
    if (trouble !== null)
      return {
        status: 'unknown',
        summary: `How far the release ${release.name} is made is not known: ${trouble.message} (${trouble.errno}).`,
      };
    const isOther = taken && link !== release.path;
    const status = isOther ? 'degraded' : 'critical';
    const phase = nextPhase(made, folders, declared);
    const next = [{ say: 'Go on with it: rackhand playbook run comfyui_install' }];
    if (phase !== undefined)
      return { status, summary: `The release ${release.name} of ComfyUI is not ready: ${phaseText[phase]}.`, next };
    if (link === release.path) return { status: 'ok', summary: `The release ${release.name} of ComfyUI is in use.` };
    const is = taken ? `${path} is ${link === null ? 'a plain folder' : `a link to ${link}`}` : `${path} is not there`;
    return { status, summary: `The release ${release.name} of ComfyUI is ready, and not in use: ${is}.`, next };
  },
});

/** What has to be done next for a release; undefined: nothing. */
export function nextPhase(
  { stamps, main, python }: ComfyuiRelease,
  folders: ComfyuiLinks,
  { install }: Pick<InstalledComfyui, 'install'>,
): Phase | undefined {
  const done: Readonly<Record<Phase, boolean>> = {
    fetch: main && has('fetch'),
    environment: python && has('environment'),
    torch: has('torch'),
    requirements: has('requirements'),
    nodes: Object.keys(install.nodes).every((name) => has(`node-${name}`)),
    paths: isConnected(folders, install),
    validate: has('validate'),
  };
  function has(stamp: string): boolean {
    return stamps?.includes(stamp) === true;
  }
  return phases.find((phase) => !done[phase]);
}

/** Whether a release leads to the folders outside as it is declared. */
export const isConnected = (folders: ComfyuiLinks, install: InstalledComfyui['install']): boolean => {
  const text = extraModelPaths(install);
  const links = Object.entries(install.links);
  return (text === undefined || folders.paths === text) && links.every(([from, to]) => folders.links[from] === to);
};
