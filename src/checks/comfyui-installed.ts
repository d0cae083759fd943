import { defineCheck, need, type Verdict } from '../core/check.ts';
import { releaseAt, releaseName } from '../core/comfyui-install.ts';
import type { Node } from '../core/node.ts';
import { comfyuiRoot, type ComfyuiRoot } from '../probes/comfyui-root.ts';
import { installIt, theComfyui, type DeclaredComfyui } from './comfyui-of.ts';

export const comfyuiInstalled = defineCheck({
  name: 'comfyui.installed',
  summary: 'ComfyUI is where it is declared, with its program and an environment that has a Python',
  layer: 'inference',
  rule: 'Critical when nothing stands at the declared `path`, or it holds no main.py, or its environment has no Python; degraded when `install` is declared and it is another release or a plain folder; unknown when it can not be looked into.',
  unseen: 'Whether it starts, and whether its files were changed since they were fetched.',
  subjects: theComfyui,
  needs: ({ path, become }) => ({ root: need(comfyuiRoot, { path, become }) }),
  evaluate: ({ root }, declared, node) => judged(root, declared, node),
});

function judged(root: ComfyuiRoot, { path, install, isFetchedByImage }: DeclaredComfyui, node: Node): Verdict {
  const next = install === undefined ? {} : { next: [installIt(node)] };
  const { trouble, link, main, venv } = root;
  if (trouble !== null && trouble.errno !== 'ENOENT' && trouble.errno !== 'ENOTDIR')
    return {
      status: 'unknown',
      summary: `Whether ComfyUI is at ${path} is not known: ${trouble.message} (${trouble.errno}).`,
    };
  if (trouble !== null && link !== null)
    return { status: 'critical', summary: `${path} is a link to ${link}, where no ComfyUI is.`, ...next };
  if (trouble?.errno === 'ENOENT' && isFetchedByImage)
    return {
      status: 'not_applicable',
      summary: `${path} is not there yet: its image fetches ComfyUI at its first start.`,
    };
  if (trouble !== null)
    return {
      status: 'critical',
      summary: `ComfyUI is not installed: ${path} is not ${trouble.errno === 'ENOENT' ? 'there' : 'a folder'}.`,
      ...next,
    };
  if (!main)
    return { status: 'critical', summary: `${path} is there and holds no main.py: it is no ComfyUI.`, ...next };
  if (venv !== null && !venv.python)
    return {
      status: 'critical',
      summary: `ComfyUI is at ${path}, and its environment ${venv.path} has no Python to run it with.`,
      ...next,
    };
  if (install === undefined) return { status: 'ok', summary: `${title(root)} is at ${path}, ${environment(root)}.` };
  if (venv === null)
    return { status: 'critical', summary: `ComfyUI is at ${path}, and has no environment of its own.`, ...next };
  const { path: wanted, name, releases } = releaseAt(path, releaseName(install));
  if (link === wanted) return { status: 'ok', summary: `${title(root)} is at ${path}: release ${name}.` };
  const other = link?.startsWith(`${releases}/`) === true ? `release ${link.slice(releases.length + 1)}` : link;
  const is = other === null ? 'a plain folder that is not replaced by itself' : other;
  return { status: 'degraded', summary: `${title(root)} is at ${path}: ${is}, and ${name} is declared.`, ...next };
}

const title = ({ version, commit }: ComfyuiRoot): string =>
  ['ComfyUI', version, commit === null ? '' : `(commit ${commit.slice(0, 12)})`].filter(Boolean).join(' ');

const environment = ({ venv }: ComfyuiRoot): string =>
  venv === null ? 'without an environment of its own' : `with its environment ${venv.path}`;
