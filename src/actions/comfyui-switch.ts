import { z } from 'zod';
import { declaredComfyui, installedComfyui } from '../checks/comfyui-of.ts';
import { defineAction, order, type Change } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { read, stat } from '../core/command.ts';
import { releaseAt } from '../core/comfyui-install.ts';
import type { Node } from '../core/node.ts';
import { ask, askAll, known, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { anew } from '../probes/log-files.ts';
import { noGuards, phaseProof } from './comfyui-phase.ts';
import { ended } from './ended.ts';
import { refused, type Refused } from './refused.ts';
import { switchLink } from './switch-link.ts';

const argsSchema = z.strictObject({
  to: z
    .string()
    .regex(/^(?!-)[^\p{C}]+$/u)
    .default('declared')
    .describe('A release by its name; declared, former, or none to take the link away'),
});
type Args = z.infer<typeof argsSchema>;

const worldSchema = z.object({
  path: z.string(),
  to: z.string(),
  was: z.string(),
  become: z.enum(['sudo']).nullable(),
});

/** Puts a release of ComfyUI into use, or a former one back. */
export const comfyuiSwitch = defineAction({
  name: 'comfyui.switch',
  summary: 'Makes the path of ComfyUI a link to one of its releases, in one step',
  args: argsSchema,
  guards: noGuards,
  *plan(args, node) {
    const declared = declaredComfyui(node);
    if (declared === undefined) return refused(`${node.name} declares no comfyui.`);
    const { path, become } = declared;
    const is = yield* ask(stat(path, { become, freshMs: anew }));
    if (is.ok && is.link === undefined)
      return refused(`${path} is a ${is.type} and no link: it is never replaced.`, {
        say: `Stop what runs from ${path}, move it away, as to ${path}.releases/by-hand, and run this once more.`,
      });
    if (!is.ok && is.link === undefined && is.errno !== 'ENOENT')
      return refused(`What ${path} is can not be told: ${is.message} (${is.errno}).`);
    const was = is.link ?? '';
    const to = yield* meant(args, node);
    if (typeof to !== 'string') return to;
    if (to === was) return refused(to === '' ? `${path} is not there.` : `${path} leads to ${to} already.`);
    const runs = node.services.filter(({ kind }) => kind === 'comfyui').map(({ name }) => name);
    const led = was === '' ? 'none' : was.startsWith(`${path}.releases/`) ? was.slice(path.length + 10) : was;
    const what =
      to === ''
        ? `Take the link ${path} away, which leads to ${was}.`
        : `Make ${path} a link to ${to}${was === '' ? '' : `, which leads to ${was} now`}.`;
    return {
      can: true,
      subject: `comfyui:${path}`,
      args: { to: to === '' ? 'none' : to },
      risk: 'approve',
      what,
      drops:
        was === ''
          ? []
          : [
              `What runs goes on with ${was} until it is started anew${runs.length === 0 ? '' : `: ${runs.join(', ')}`}.`,
            ],
      proves: [to === '' ? `Nothing stands at ${path}.` : `${path} leads to ${to}, and its main.py is found there.`],
      undo: {
        action: 'comfyui.switch',
        args: { to: led },
        what: was === '' ? `Take the link ${path} away.` : `Make ${path} lead to ${was} again.`,
      },
      world: { path, to, was, become: become ?? null },
      before: { path, to, was, become: become ?? null },
    };
  },
  order: (_, __, change) => known(switching(change)),
  *done(_, __, before) {
    const { path, to, become } = worldSchema.parse(before);
    const options = { become: become ?? undefined, freshMs: anew };
    const [is, main] = yield* askAll([stat(path, options), stat(`${path}/main.py`, options)] as const);
    const leads = is.link ?? '';
    if (leads !== to) return { is: 'not_done', say: `${path} ${leads === '' ? 'is no link' : `leads to ${leads}`}.` };
    if (to !== '' && !main.ok) return { is: 'unclear', say: `${path} leads to ${to}, where no main.py is found.` };
    return { is: 'done', mark: to };
  },
  proof: () => phaseProof,
});

function switching({ world }: Change) {
  const { path, to, was, become } = worldSchema.parse(world);
  const words = [path, to, was, `${path}.rackhand-new-`, `${path}.releases/.former`];
  const command = alterByRun(['sh', '-c', switchLink, 'rackhand', ...words], { become: become ?? undefined });
  return order(command, (reply) => ended(reply, sentences));
}

const sentences: Readonly<Record<number, string>> = {
  65: 'It leads where it led: it is no longer as this was planned.',
  73: 'It leads where it led: there is no room on its filesystem.',
  74: 'It leads where it led: the link could not be made.',
  77: 'It leads where it led: the login user may not.',
};

/** Where it is to lead; nothing: nowhere. */
function* meant({ to }: Args, node: Node): Asking<string | Refused> {
  const declared = declaredComfyui(node);
  if (declared === undefined) return refused(`${node.name} declares no comfyui.`);
  const { path, become } = declared;
  if (to === 'none') return '';
  const options = { become, freshMs: anew };
  const target = yield* named(to, node, path, options);
  if (typeof target !== 'string') return target;
  const isRelease = target.startsWith(`${path}.releases/`);
  const [main, validated] = yield* askAll([
    stat(`${target}/main.py`, options),
    stat(`${target}/.rackhand/validate`, options),
  ] as const);
  if (!main.ok) return refused(`${target} holds no ComfyUI: its main.py is not found (${main.errno}).`);
  // What was put there by hand was never validated, and may have been in use.
  const [made] = yield* askAll([stat(`${target}/.rackhand`, options)] as const);
  if (isRelease && made.ok && !validated.ok)
    return refused(`The release ${target.slice(path.length + 10)} is not validated: it is not put into use.`);
  return target;
}

function* named(
  to: string,
  node: Node,
  path: string,
  options: { readonly become: 'sudo' | undefined; readonly freshMs: number },
): Asking<string | Refused> {
  if (to === 'declared')
    return installedComfyui(node)?.release.path ?? refused(`${node.name} declares no comfyui.install.`);
  if (to === 'former') {
    const text = fileTextIfAny(yield* ask(read(`${path}.releases/.former`, { bytes: 4_096, ...options })))?.trim();
    return text === undefined || text === '' ? refused(`No former release of ${path} is known.`) : text;
  }
  if (to.startsWith('/')) return to;
  if (to.includes('/') || to.startsWith('.')) return refused(`${JSON.stringify(to)} is not the name of a release.`);
  return releaseAt(path, to).path;
}
