import { list, read } from '../core/command.ts';
import { ask, askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { venvOf } from './venv-of.ts';

/** What is wanted of an environment, and what is in it. */
export interface ComfyuiPackages {
  /** Text of each requirements file; null where it can't be read. */
  readonly wanted: Readonly<Record<string, string | null>>;
  readonly venv: string | null;
  /** Versions by name, as pip compares names; null where the environment can't be listed. */
  readonly installed: Readonly<Record<string, string>> | null;
  /** How many entries were too many to be listed. */
  readonly omitted: number;
}

/** Source: PEP 503. */
export const packageName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

export interface ComfyuiPackagesInput {
  readonly root: string;
  readonly files: readonly string[];
  readonly become?: 'sudo' | undefined;
}

export const comfyuiPackages = defineProbe({
  name: 'comfyui.packages',
  summary: 'The requirements of ComfyUI, and the packages of its environment by their *.dist-info folders',
  *steps({ root, files, become }: ComfyuiPackagesInput) {
    const texts = yield* askAll(files.map((file) => read(`${root}/${file}`, { bytes: 262_144, become })));
    const wanted = Object.fromEntries(
      files.map((file, index) => {
        const reply = texts[index];
        return [file, (reply && fileTextIfAny(reply)) ?? null];
      }),
    );
    const venv = yield* venvOf(root, become);
    const none = { wanted, venv: venv?.path ?? null, installed: null, omitted: 0 } satisfies ComfyuiPackages;
    if (venv === null || venv.version === null) return none;
    const found = yield* ask(list(`${venv.path}/lib/python${venv.version}/site-packages`, { become }));
    if (!found.ok) return none;
    const installed = found.entries.flatMap(({ name }) => {
      const [, stem, version] = /^([A-Za-z0-9][\w.]*)-([^-]+)\.dist-info$/.exec(name) ?? [];
      return stem === undefined || version === undefined ? [] : [[packageName(stem), version] as const];
    });
    return { ...none, installed: Object.fromEntries(installed), omitted: found.omitted } satisfies ComfyuiPackages;
  },
});
