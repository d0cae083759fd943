import { defineCheck, need, type Verdict } from '../core/check.ts';
import { phases, type Phase } from '../core/comfyui-install.ts';
import { comfyuiLinks, type ComfyuiLinks } from '../probes/comfyui-links.ts';
import { comfyuiRelease as releaseProbe, type ComfyuiRelease } from '../probes/comfyui-release.ts';
import { extraModelPaths } from '../probes/extra-model-paths.ts';
import { installIt, theInstall, type InstalledComfyui } from './comfyui-of.ts';

/** What is said of a release where a phase is the next. */
export const phaseText: Readonly<Record<Phase, string>> = {
  fetch: 'it is not fetched',
  environment: 'its environment is not made',
  torch: 'its torch is not installed',
  requirements: 'its requirements are not installed',
  nodes: 'its custom nodes are not installed',
  paths: 'its folders of models are not connected',
  validate: 'it is not validated',
};

export const comfyuiRelease = defineCheck({
  name: 'comfyui.release',
  summary: 'The declared release of ComfyUI is made, validated and in use',
  layer: 'inference',
  rule: 'Critical when the declared release lacks something and no other is in use; degraded when another one is in use, or when it is in use itself and was not connected or validated since it was changed; unknown when its folder can not be looked into.',
  unseen: 'What was changed in the release after a phase was done.',
  subjects: theInstall,
  needs: ({ path, release, install, become }) => ({
    made: need(releaseProbe, { path, release: release.path, become }),
    folders: need(comfyuiLinks, { root: release.path, outside: [], links: Object.keys(install.links), become }),
  }),
  evaluate({ made, folders }, declared, node): Verdict {
    const { release, path } = declared;
    const { trouble, link, taken } = made;
    if (trouble !== null)
      return {
        status: 'unknown',
        summary: `How far the release ${release.name} is made is not known: ${trouble.message} (${trouble.errno}).`,
      };
    const phase = nextPhase(made, folders, declared);
    const runs = taken && (link !== release.path || phase === undefined || afterPackages.has(phase));
    const status = runs ? 'degraded' : 'critical';
    const next = [installIt(node)];
    if (phase !== undefined)
      return { status, summary: `The release ${release.name} of ComfyUI is not ready: ${phaseText[phase]}.`, next };
    if (link === release.path) return { status: 'ok', summary: `The release ${release.name} of ComfyUI is in use.` };
    const is = taken ? `${path} is ${link === null ? 'a plain folder' : `a link to ${link}`}` : `${path} is not there`;
    return { status, summary: `The release ${release.name} of ComfyUI is ready, and not in use: ${is}.`, next };
  },
});

/** What is in use runs without them, as far as it did before. */
const afterPackages: ReadonlySet<Phase> = new Set<Phase>(['nodes', 'paths', 'validate']);

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
