import { z } from 'zod';
import { declaredComfyui } from '../checks/comfyui-of.ts';
import { defineAction, order, type Change } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { stat } from '../core/command.ts';
import { phases, releaseAt, type Phase } from '../core/comfyui-install.ts';
import { askAll, known } from '../core/probe.ts';
import { anew } from '../probes/log-files.ts';
import { noGuards, phaseProof } from './comfyui-phase.ts';
import { discardRelease } from './discard-release.ts';
import { ended } from './ended.ts';
import { refused } from './refused.ts';

const worldSchema = z.object({ words: z.array(z.string()), seconds: z.number(), become: z.enum(['sudo']).nullable() });
const beforeSchema = z.object({ gone: z.array(z.string()), become: z.enum(['sudo']).nullable() });

/** Takes back what was made of a release. */
export const comfyuiDiscard = defineAction({
  name: 'comfyui.discard',
  summary: 'Removes a release of ComfyUI that is not in use, or what was made of it from a phase on',
  args: z.strictObject({
    release: z.string().describe('Its folder below path.releases'),
    from: z.enum(phases).default('fetch').describe('The phase from which on it is taken back; fetch: all of it'),
  }),
  guards: noGuards,
  *plan({ release: name, from }, node) {
    const declared = declaredComfyui(node);
    if (declared === undefined) return refused(`${node.name} declares no comfyui.`);
    if (!/^\w[\w.+@-]*$/.test(name)) return refused(`${JSON.stringify(name)} is not the name of a release.`);
    const { path, become, install } = declared;
    const release = releaseAt(path, name);
    const options = { become, freshMs: anew };
    const [is, there, made] = yield* askAll([
      stat(path, options),
      stat(release.path, options),
      stat(release.stamps, options),
    ] as const);
    if (!there.ok) return refused(`There is no release ${name}: ${release.path} is not found (${there.errno}).`);
    if (is.link === release.path)
      return refused(`The release ${name} is in use: ${path} leads to it.`, {
        say: 'Put another release into use first.',
      });
    if (!made.ok) return refused(`${release.path} was not made by rackhand: it has no ${release.stamps}.`);
    const words = [path, release.path, `${release.releases}/.discarded-${name}`, from];
    const seconds = install?.seconds ?? 3_600;
    return {
      can: true,
      subject: `comfyui:${name}`,
      risk: 'approve',
      what: `${texts[from](release.path)} Nothing takes this back but to make it again.`,
      drops: ['Nothing that runs: it is not in use, and is left as it is where a process runs in it.'],
      proves: [from === 'fetch' ? `${release.path} is gone.` : 'What is removed has to be made again.'],
      undo: null,
      world: {
        words: [...words, ...Object.keys(install?.nodes ?? {}), '--', ...Object.keys(install?.links ?? {})],
        seconds,
        become: become ?? null,
      },
      before: { gone: goneOf(from, release), become: become ?? null },
    };
  },
  order: (_, __, change) => known(discarding(change)),
  *done(_, __, before) {
    const { gone, become } = beforeSchema.parse(before);
    const found = yield* askAll(gone.map((path) => stat(path, { become: become ?? undefined, freshMs: anew })));
    const left = gone.find((_path, index) => found[index]?.ok === true || found[index]?.errno !== 'ENOENT');
    if (left !== undefined) return { is: 'not_done', say: `${left} is still there.` };
    return { is: 'done', mark: gone.join(' ') };
  },
  proof: () => phaseProof,
});

const texts: Readonly<Record<Phase, (path: string) => string>> = {
  fetch: (path) => `Remove ${path} with its environment.`,
  environment: (path) => `Remove the environment and the custom nodes of ${path}.`,
  torch: (path) => `Remove the environment of ${path} with torch, and its custom nodes.`,
  requirements: (path) => `Remove the environment of ${path} with all its packages, and its custom nodes.`,
  nodes: (path) => `Remove the declared custom nodes of ${path}; their packages stay.`,
  paths: (path) => `Remove the links and the extra_model_paths.yaml of ${path}, and put its own folders back.`,
  validate: (path) => `Forget that ${path} was validated.`,
};

function goneOf(from: Phase, { path, venv, stamps }: ReturnType<typeof releaseAt>): readonly string[] {
  switch (from) {
    case 'fetch':
      return [path];
    case 'environment':
    case 'torch':
    case 'requirements':
      return [`${stamps}/environment`, venv];
    case 'paths':
      return [`${stamps}/validate`, `${path}/extra_model_paths.yaml`];
    default:
      return [`${stamps}/validate`];
  }
}

function discarding({ world }: Change) {
  const { words, seconds, become } = worldSchema.parse(world);
  const command = alterByRun(['sh', '-c', discardRelease, 'rackhand', ...words], {
    become: become ?? undefined,
    deadlineMs: seconds * 1_000,
  });
  return order(command, (reply) => ended(reply, sentences));
}

const sentences: Readonly<Record<number, string>> = {
  65: 'It was left as it is: it is in use.',
  74: 'Not all of it could be removed.',
  77: 'It was left as it is: the login user may not.',
};
