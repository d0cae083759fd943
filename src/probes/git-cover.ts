import { read, stat } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { above, ignoredBy, type IgnoreFile, type Ignored } from './git-ignore.ts';
import { trackedPaths } from './git-index.ts';
import { stackFile, type StackInput } from './stack-file.ts';

/** A folder of the node that a container is given, and what git would do with models in it. */
export interface GitCover {
  readonly path: string;
  /** The git work tree that it lies in; null where it lies in none, or is not there. */
  readonly root: string | null;
  readonly cover: Ignored;
  /** Model files in it that git keeps already, a few; null where that can't be told. */
  readonly tracked: readonly string[] | null;
}

const mostBytes = 4_194_304;
const model = /\.(?:safetensors|gguf|ckpt|pth?|onnx)$/i;

/** Files of git are read and git is not run: it would write to its index, and refuses a tree of another user. */
export const gitCover = defineProbe({
  name: 'git.cover',
  summary: 'Whether folders with models lie in a git work tree, are ignored there, and hold models that git keeps',
  /** Null where the compose file can't be read. */
  *steps(input: StackInput): Asking<readonly GitCover[] | null> {
    const { become } = input;
    const file = yield* stackFile.steps(input);
    if (!file.read) return null;
    const binds = file.services
      .flatMap(({ mounts }) => mounts)
      .filter(({ type, readOnly }) => type === 'bind' && !readOnly);
    const folders = [...new Set(binds.flatMap(({ source }) => source ?? []))].toSorted();
    const places = folders.flatMap((folder) => [folder, `${folder}/models`, `${folder}/basedir/models`]);
    const found = yield* askAll(places.map((path) => stat(path, { become })));
    // What lies behind a link lies elsewhere.
    const there = places.filter((_, index) => {
      const reply = found[index];
      return reply?.ok === true && reply.type === 'directory' && reply.link === undefined;
    });
    const inside = (folder: string) =>
      there.some((path) => path !== folder && path.startsWith(`${folder}/`) && path.endsWith('/models'));
    const unique = [...new Set(there.filter((path) => path.endsWith('/models') || !inside(path)))].toSorted();
    const parents = [...new Set(unique.flatMap((path) => [path, ...above(path, '')]))];
    const marks = yield* askAll(parents.map((path) => stat(`${path}/.git`, { become })));
    const rootOf = (path: string): string | null =>
      [path, ...above(path, '')].find((folder) => marks[parents.indexOf(folder)]?.ok === true) ?? null;
    return yield* covered(unique, rootOf, become);
  },
});

function* covered(
  paths: readonly string[],
  rootOf: (path: string) => string | null,
  become: 'sudo' | undefined,
): Asking<readonly GitCover[]> {
  const roots = [...new Set(paths.flatMap((path) => rootOf(path) ?? []))];
  const sources = roots.flatMap((root) => {
    const within = paths.filter((path) => rootOf(path) === root);
    const inner = [...new Set(within.flatMap((path) => [path, ...above(path, root)]))].filter((path) => path !== root);
    return [
      { path: `${root}/.git/info/exclude`, folder: root },
      ...[root, ...inner.toSorted()].map((folder) => ({ path: `${folder}/.gitignore`, folder })),
    ];
  });
  const texts = yield* askAll(sources.map(({ path }) => read(path, { become })));
  const indexes = yield* askAll(
    roots.map((root) => read(`${root}/.git/index`, { bytes: mostBytes, become, hidden: true })),
  );
  const files = sources.flatMap(({ path, folder }, index): IgnoreFile[] => {
    const reply = texts[index];
    const text = reply === undefined ? undefined : fileTextIfAny(reply);
    return text === undefined ? [] : [{ path, folder, text }];
  });
  return paths.map((path): GitCover => {
    const root = rootOf(path);
    if (root === null) return { path, root, cover: { ignored: 'no' }, tracked: null };
    const index = indexes[roots.indexOf(root)];
    const kept = index?.ok === true && index.size <= mostBytes ? trackedPaths(index.bytes) : null;
    const own = files.filter(({ folder }) => folder === root || folder.startsWith(`${root}/`));
    return {
      path,
      root,
      cover: ignoredBy(`${path}/model.safetensors`, root, own),
      tracked: kept === null ? null : modelsBelow(`${path.slice(root.length + 1)}/`, kept),
    };
  });
}

const modelsBelow = (prefix: string, paths: readonly string[]): readonly string[] =>
  paths
    .filter((path) => path.startsWith(prefix) && model.test(path))
    .slice(0, 3)
    .map(clean);
