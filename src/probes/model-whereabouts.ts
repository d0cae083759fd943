import { list, stat, type FileFacts, type FileTrouble, type StatFound } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { likeness, type Likeness } from './like-names.ts';
import type { ModelFileInput } from './model-file.ts';
import { mountRows, mountTable } from './mounts.ts';
import { mountsOver, type NamedMount } from './mounts-over.ts';
import { foldersAbove, linkTarget } from './path-parts.ts';

/** Why a model that should be there is not seen: asked only where it is missing. */
export interface ModelWhereabouts {
  /** What the path leads to in the end, where it is a link. */
  readonly target: string;
  /** The first folder on the way that can't be passed, and what it is a link to. */
  readonly barrier: { readonly path: string; readonly errno: string; readonly link: string | null } | null;
  /** The folder that refuses the login user, where one does. */
  readonly closed: ({ readonly path: string } & Pick<FileFacts, 'mode' | 'uid' | 'gid'>) | null;
  /** A name beside the wanted one that a person reads as the same. */
  readonly alike: { readonly path: string; readonly differs: Likeness } | null;
  /** Where else a file of this name lies: below its folder and beside it. */
  readonly elsewhere: readonly string[];
  readonly on: NamedMount | null;
  readonly hidden: readonly NamedMount[];
}

const mostFolders = 24;

export const modelWhereabouts = defineProbe({
  name: 'model.whereabouts',
  summary: 'Where a missing model may be: links, look-alike names, folders near by, mounts over mounts',
  *steps({ path, become }: ModelFileInput): Asking<ModelWhereabouts | null> {
    const found = yield* ask(stat(path, { become }));
    if (found.ok) return null;
    const target = found.link === undefined ? path : linkTarget(path, found.link);
    const above = [...new Set([...foldersAbove(path), ...foldersAbove(target)])].toSorted();
    const [mounts, ...folders] = yield* askAll([
      mountTable(),
      ...above.map((folder) => stat(folder, { become })),
    ] as const);
    const states = above.map((folder, index) => ({ folder, reply: folders[index] }));
    const barrier = states.find(({ reply }) => reply?.ok !== true);
    const deepest = states.findLast(
      ({ folder, reply }) => reply?.ok === true && isAbove(folder, barrier?.folder ?? target),
    );
    const folder = deepest?.folder ?? '/';
    const wanted = (barrier?.folder ?? target).slice(folder === '/' ? 1 : folder.length + 1);
    const near = yield* nearBy(folder, wanted, target.slice(target.lastIndexOf('/') + 1), become);
    return {
      target,
      barrier: barrier === undefined ? null : { path: barrier.folder, ...whyNot(barrier.reply) },
      closed: refusing(states, found),
      ...near,
      ...mountsOver(mountRows(fileTextIfAny(mounts) ?? ''), target),
    };
  },
});

const isAbove = (folder: string, path: string): boolean => path.startsWith(folder === '/' ? '/' : `${folder}/`);

const at = (place: string, entry: string): string => `${place === '/' ? '' : place}/${entry}`;

const whyNot = (reply: StatFound | FileTrouble | undefined) =>
  reply === undefined || reply.ok
    ? { errno: 'EUNKNOWN', link: null }
    : { errno: reply.errno, link: reply.link ?? null };

/** What is refused below a folder is refused by that folder. */
function refusing(
  states: readonly { folder: string; reply: StatFound | FileTrouble | undefined }[],
  found: FileTrouble,
): ModelWhereabouts['closed'] {
  const refused = states.find(({ reply }) => reply?.ok === false && reply.errno === 'EACCES')?.folder;
  const by = refused === undefined ? states.at(-1)?.folder : refused.slice(0, refused.lastIndexOf('/')) || '/';
  if (refused === undefined && found.errno !== 'EACCES') return null;
  const last = states.find(({ folder }) => folder === by);
  if (last?.reply?.ok !== true) return null;
  const { mode, uid, gid } = last.reply;
  return { path: last.folder, mode, uid, gid };
}

function* nearBy(
  folder: string,
  wanted: string,
  name: string,
  become: 'sudo' | undefined,
): Asking<Pick<ModelWhereabouts, 'alike' | 'elsewhere'>> {
  const parent = folder.slice(0, folder.lastIndexOf('/')) || '/';
  // The whole root is no place near by.
  const [own, beside] = yield* askAll([list(folder, { become }), list(parent, { become })] as const);
  const entries = own.ok ? own.entries : [];
  const twin = entries.flatMap((entry) => {
    const differs = likeness(entry.name, wanted);
    return differs === undefined ? [] : [{ path: at(folder, entry.name), differs }];
  })[0];
  const below =
    folder === '/' ? [] : entries.filter(({ type }) => type === 'directory').map((entry) => at(folder, entry.name));
  const sides =
    parent === '/' || !beside.ok
      ? []
      : beside.entries.filter(({ type }) => type === 'directory').map((entry) => at(parent, entry.name));
  const others = [...new Set([...below, ...sides])].filter((place) => place !== folder).slice(0, mostFolders);
  const places = parent === '/' ? others : [parent, ...others];
  const found = yield* askAll(places.map((place) => stat(at(place, name), { become })));
  const elsewhere = places.flatMap((place, index) => (found[index]?.ok === true ? [at(place, name)] : []));
  return { alike: twin ?? null, elsewhere };
}
