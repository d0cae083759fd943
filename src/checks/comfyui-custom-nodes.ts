import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { comfyuiExtensions, type ComfyuiExtensions } from '../probes/comfyui-extensions.ts';
import { comfyuiRoot } from '../probes/comfyui-root.ts';
import { notInstalled, theInstall } from './comfyui-of.ts';

export const comfyuiCustomNodes = defineCheck({
  name: 'comfyui.custom_nodes',
  summary: 'Each declared custom node is there, on its commit, and was installed and loaded without trouble',
  layer: 'inference',
  rule: 'Degraded when one of the declared `nodes` is not there, stands on another commit than declared, or could not be installed or loaded; unknown when their folder can not be listed.',
  unseen: 'Custom nodes that nobody declared, and tags that were moved.',
  subjects: (node) => theInstall(node).filter(({ value }) => Object.keys(value.install.nodes).length > 0),
  needs: ({ path, install, become }) => ({
    root: need(comfyuiRoot, { path, become }),
    found: need(comfyuiExtensions, { root: path, names: Object.keys(install.nodes), become }),
  }),
  evaluate({ root, found }, { install }): Verdict | readonly Verdict[] {
    if (root.trouble !== null) return notInstalled;
    const { trouble } = found;
    if (trouble !== null && trouble.errno !== 'ENOENT')
      return {
        status: 'unknown',
        summary: `Which custom nodes are there is not known: ${trouble.message} (${trouble.errno}).`,
      };
    const declared = Object.entries(install.nodes);
    const says = declared.flatMap(([name, { ref }]): readonly Verdict[] => {
      const say = wrong(found, name, ref);
      return say === undefined ? [] : [{ status: 'degraded', subject: `custom_node:${name}`, summary: say }];
    });
    if (says.length > 0) return says;
    return { status: 'ok', summary: `${count(declared.length, 'declared custom node')}, all there.` };
  },
});

function wrong({ there, stamps, failed }: ComfyuiExtensions, name: string, ref: string): string | undefined {
  const said = stamps[name];
  if (said?.startsWith('failed') === true)
    return `The custom node ${name} could not be installed: ${said.replace(/^failed\s*/, '').replace(/\s+/g, ' ')}`;
  const is = Object.hasOwn(there, name) ? there[name] : undefined;
  if (is === undefined) return `The custom node ${name} is declared, and is not there.`;
  const { commit } = is;
  if (/^[0-9a-f]{7,64}$/.test(ref) && commit !== null && !commit.startsWith(ref))
    return `The custom node ${name} stands on the commit ${commit.slice(0, 12)}, and ${ref.slice(0, 12)} is declared.`;
  if (failed.includes(name))
    return `The custom node ${name} is there, and could not be loaded when ComfyUI was validated.`;
  return undefined;
}
