import { read, stat } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { gitHead } from './git-head.ts';
import { venvOf, type Venv } from './venv-of.ts';

/** What stands where ComfyUI is to be. */
export interface ComfyuiRoot {
  /** What the path itself says when it is a symbolic link. */
  readonly link: string | null;
  /** Why it can't be looked into; null where it can. */
  readonly trouble: { readonly errno: string; readonly message: string } | null;
  readonly main: boolean;
  readonly version: string | null;
  readonly commit: string | null;
  readonly venv: Venv | null;
}

export interface ComfyuiRootInput {
  readonly path: string;
  readonly become?: 'sudo' | undefined;
}

export const comfyuiRoot = defineProbe({
  name: 'comfyui.root',
  summary: 'What stands where ComfyUI is installed: its link, its program, its version, commit and environment',
  *steps({ path, become }: ComfyuiRootInput) {
    const [root, main, version] = yield* askAll([
      stat(path, { become }),
      stat(`${path}/main.py`, { become }),
      read(`${path}/comfyui_version.py`, { bytes: 4_096, become }),
    ] as const);
    const found = { link: root.link ?? null, main: main.ok && main.type === 'file' };
    if (!root.ok || root.type !== 'directory') {
      const trouble = root.ok
        ? { errno: 'ENOTDIR', message: `it is a ${root.type}` }
        : { errno: root.errno, message: root.message };
      return { ...found, trouble, version: null, commit: null, venv: null } satisfies ComfyuiRoot;
    }
    const said = /__version__\s*=\s*["']([\w.+-]+)["']/.exec(fileTextIfAny(version) ?? '')?.[1];
    const commit = yield* gitHead(path, become);
    const venv = yield* venvOf(path, become);
    return { ...found, trouble: null, version: said ?? null, commit, venv } satisfies ComfyuiRoot;
  },
});
