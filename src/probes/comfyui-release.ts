import { list, stat } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';

/** How far a release of ComfyUI is made. */
export interface ComfyuiRelease {
  /** Where the installation leads as a link; null where it is none. */
  readonly link: string | null;
  /** Something stands at the path of the installation. */
  readonly taken: boolean;
  /** What was written down of the phases that are done; null where it can't be looked at. */
  readonly stamps: readonly string[] | null;
  readonly trouble: { readonly errno: string; readonly message: string } | null;
  readonly main: boolean;
  readonly python: boolean;
}

export interface ComfyuiReleaseInput {
  /** Of the installation. */
  readonly path: string;
  /** Folder of the release. */
  readonly release: string;
  readonly become?: 'sudo' | undefined;
}

export const comfyuiRelease = defineProbe({
  name: 'comfyui.release',
  summary: 'How far a release of ComfyUI is made, by what each phase left behind, and whether it is the one in use',
  *steps({ path, release, become }: ComfyuiReleaseInput) {
    const [root, stamps, main, python] = yield* askAll([
      stat(path, { become }),
      list(`${release}/.rackhand`, { become }),
      stat(`${release}/main.py`, { become }),
      stat(`${release}/venv/bin/python`, { become }),
    ] as const);
    const isNone = !stamps.ok && (stamps.errno === 'ENOENT' || stamps.errno === 'ENOTDIR');
    return {
      link: root.link ?? null,
      taken: root.ok || root.link !== undefined,
      stamps: stamps.ok ? stamps.entries.map(({ name }) => name).toSorted() : isNone ? [] : null,
      trouble: stamps.ok || isNone ? null : { errno: stamps.errno, message: stamps.message },
      main: main.ok,
      python: python.ok,
    } satisfies ComfyuiRelease;
  },
});
