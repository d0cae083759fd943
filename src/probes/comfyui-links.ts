import { read, stat } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** How an installation is connected with what lies outside of it. */
export interface ComfyuiLinks {
  /** Content of its extra_model_paths.yaml; null where there is none. */
  readonly paths: string | null;
  /** Of each folder outside: `directory`, another type, or the trouble with it. */
  readonly outside: Readonly<Record<string, string>>;
  /** Where each path inside leads as a link; null where it is none. */
  readonly links: Readonly<Record<string, string | null>>;
}

export interface ComfyuiLinksInput {
  readonly root: string;
  readonly outside: readonly string[];
  readonly links: readonly string[];
  readonly become?: 'sudo' | undefined;
}

export const comfyuiLinks = defineProbe({
  name: 'comfyui.links',
  summary: 'The extra_model_paths.yaml of ComfyUI, its links, and the folders that both lead to',
  *steps({ root, outside, links, become }: ComfyuiLinksInput) {
    const stats = [...outside, ...links.map((link) => `${root}/${link}`)].map((path) => stat(path, { become }));
    const [paths, ...found] = yield* askAll([
      read(`${root}/extra_model_paths.yaml`, { bytes: 262_144, become }),
      ...stats,
    ] as const);
    return {
      paths: fileTextIfAny(paths) ?? null,
      outside: Object.fromEntries(
        outside.map((path, index) => {
          const each = found[index];
          return [path, each?.ok === true ? each.type : (each?.errno ?? 'EUNKNOWN')];
        }),
      ),
      links: Object.fromEntries(links.map((path, index) => [path, found[outside.length + index]?.link ?? null])),
    } satisfies ComfyuiLinks;
  },
});
