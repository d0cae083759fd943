import { list, read } from '../core/command.ts';
import { askAll, defineProbe, inStep } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { gitHead } from './git-head.ts';

/** The custom nodes of an installation, as they lie in its folder. */
export interface ComfyuiExtensions {
  /** Why they can't be listed; null where they can. */
  readonly trouble: { readonly errno: string; readonly message: string } | null;
  /** Of each that is asked for: its commit, null where its files do not tell; it is left out where it is not there. */
  readonly there: Readonly<Record<string, { readonly commit: string | null }>>;
  /** What was written down when it was installed: `ok`, or why that failed. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Names of those that could not be loaded when the installation was validated. */
  readonly failed: readonly string[];
}

export interface ComfyuiExtensionsInput {
  readonly root: string;
  readonly names: readonly string[];
  readonly become?: 'sudo' | undefined;
}

export const comfyuiExtensions = defineProbe({
  name: 'comfyui.extensions',
  summary: 'The custom nodes of ComfyUI: which are there, on which commit, and which did not install or load',
  *steps({ root, names, become }: ComfyuiExtensionsInput) {
    const folder = `${root}/custom_nodes`;
    const stampOf = (name: string) => read(`${root}/.rackhand/node-${name}`, { bytes: 4_096, become });
    const [found, validated, ...stamps] = yield* askAll([
      list(folder, { become }),
      read(`${root}/.rackhand/validate`, { bytes: 16_384, become }),
      ...names.map(stampOf),
    ] as const);
    const listed = names.filter(
      (name) => found.ok && found.entries.some((entry) => entry.name === name && entry.type !== 'file'),
    );
    const commits = yield* inStep(listed.map((name) => gitHead(`${folder}/${name}`, become)));
    const said = names.flatMap((name, index) => {
      const reply = stamps[index];
      const text = reply && fileTextIfAny(reply)?.trim();
      return text ? [[name, text] as const] : [];
    });
    return {
      trouble: found.ok ? null : { errno: found.errno, message: found.message },
      there: Object.fromEntries(listed.map((name, index) => [name, { commit: commits[index] ?? null }])),
      stamps: Object.fromEntries(said),
      failed: (fileTextIfAny(validated) ?? '').split('\n').flatMap((line) => /^failed (.+)$/.exec(line)?.[1] ?? []),
    } satisfies ComfyuiExtensions;
  },
});
