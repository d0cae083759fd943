import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { comfyuiLinks } from '../probes/comfyui-links.ts';
import { comfyuiRoot } from '../probes/comfyui-root.ts';
import { extraModelPaths, outsideOf } from '../probes/extra-model-paths.ts';
import { notInstalled, theInstall } from './comfyui-of.ts';

export const comfyuiModelPaths = defineCheck({
  name: 'comfyui.model_paths',
  summary: 'ComfyUI finds its models: its paths and links are as declared, and the folders are there',
  layer: 'inference',
  rule: 'Degraded when a folder that is declared under `models` or `links` is not there, when extra_model_paths.yaml is missing or differs from what is declared, or when a link leads elsewhere; unknown when a folder can not be looked at.',
  unseen: 'Which models lie in the folders, and what running instances read at their start.',
  subjects: theInstall,
  needs: ({ path, install, become }) => ({
    root: need(comfyuiRoot, { path, become }),
    folders: need(comfyuiLinks, {
      root: path,
      outside: outsideOf(install),
      links: Object.keys(install.links),
      become,
    }),
  }),
  evaluate({ root, folders }, { path, install }): Verdict | readonly Verdict[] {
    const outside = Object.entries(folders.outside);
    const text = extraModelPaths(install);
    if (text === undefined && Object.keys(install.links).length === 0)
      return { status: 'not_applicable', summary: 'No folders of models are declared.' };
    if (root.trouble !== null) return notInstalled;
    const says = [
      ...outside.flatMap(([folder, is]) => about(folder, is)),
      ...(text === undefined || folders.paths === text ? [] : [degraded(differs(path, folders.paths))]),
      ...Object.entries(install.links).flatMap(([from, to]) => {
        const is = folders.links[from] ?? null;
        return is === to ? [] : [degraded(`${path}/${from} ${leads(is)}, and ${to} is declared.`)];
      }),
    ];
    if (says.length > 0) return says;
    return {
      status: 'ok',
      summary: `ComfyUI is connected with ${count(outside.length, 'declared folder')}, all there.`,
    };
  },
});

const degraded = (summary: string): Verdict => ({ status: 'degraded', summary });

function about(folder: string, is: string): readonly Verdict[] {
  if (is === 'directory') return [];
  if (is === 'ENOENT' || is === 'ENOTDIR') return [degraded(`The folder ${folder} is declared, and is not there.`)];
  if (/^E[A-Z]/.test(is)) return [{ status: 'unknown', summary: `Whether ${folder} is there is not known: ${is}.` }];
  return [degraded(`${folder} is a ${is}, and a folder is declared.`)];
}

const differs = (path: string, text: string | null): string =>
  `${path}/extra_model_paths.yaml ${text === null ? 'is not there' : 'is not as declared'}, so models are looked for elsewhere.`;

const leads = (is: string | null): string => (is === null ? 'is no link' : `leads to ${is}`);
