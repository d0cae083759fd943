import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import { list, type ListFound } from '../core/command.ts';
import { ask, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { comfyuiContainer, type ContainerSeen } from './comfyui-container.ts';
import { comfyuiLayout, runInside, type ComfyuiLayout } from './comfyui-layout.ts';
import { insideMountOf, insidePath, nodePath, type InsideMount, type InsideTarget } from './inside-path.ts';
import { folderOf } from './path-parts.ts';

/** A name that the init script looks at. */
export interface Sight {
  /** Of the name itself: a link's own where it is one. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly isLink: boolean;
  readonly target: InsideTarget;
}

export interface ComfyuiFolders {
  readonly layout: ComfyuiLayout;
  readonly seen: ContainerSeen;
  /** By its path in the container; what is not there is left out. */
  readonly sights: Readonly<Record<string, Sight>>;
  /** Folders that could not be listed, by path in the container, with the errno: what is in them is not known. */
  readonly closed: Readonly<Record<string, string>>;
  /** How many models folders the answer had no room for. */
  readonly omitted: number;
}

interface Input {
  readonly storage: ComfyuiStorage;
  readonly become?: 'sudo' | undefined;
}

interface Listed {
  readonly folder: string;
  readonly entries: ListFound['entries'];
  readonly errno: string | null;
  readonly omitted: number;
}
type Named = readonly [path: string, sight: Sight];

export const comfyInside = `${runInside}/ComfyUI`;
export const modelsIn = (base: string): string => `${base}/models`;

/** What the image judges in its own folder, and what it makes, moves and judges in BASE_DIRECTORY. Source: its init script. */
export const runNames: readonly string[] = ['pip_cache', 'tmp', 'ComfyUI', 'HF', 'venv'];
export const baseNames: readonly string[] = ['models', 'input', 'output', 'temp', 'user', 'custom_nodes'];

export const comfyuiFolders = defineProbe({
  name: 'comfyui.folders',
  summary: 'The folders that the init script of the ComfyUI image judges: owner, mode, and where their links lead',
  *steps({ storage, become }: Input): Asking<ComfyuiFolders> {
    const seen = yield* comfyuiContainer(storage, become);
    const layout = comfyuiLayout(storage, seen);
    const { base } = layout;
    const own = base === null ? [] : [folderOf(base), base, modelsIn(base)];
    const folders = [...new Set([runInside, ...(base === null ? [] : [comfyInside]), ...own])];
    const lists = yield* inStep(folders.map((folder) => listed(folder, nodeFolder(layout, folder), become)));
    const wanted = new Set([
      runInside,
      ...runNames.map((name) => `${runInside}/${name}`),
      ...(base === null ? [] : [base, ...baseNames.flatMap((name) => [`${base}/${name}`, `${comfyInside}/${name}`])]),
    ]);
    const sights = yield* sightsOf(layout, lists, (path) => wanted.has(path), become);
    const models = base === null ? undefined : modelsIn(base);
    if (models === undefined) return fact({ layout, seen }, lists, sights);
    // Where its folder of models is a link, what the node has under that name may be another one.
    const leads = sights.find(([path]) => path === models)?.[1];
    const others = lists.filter(({ folder }) => folder !== models);
    const inModels =
      leads?.isLink === true && leads.target.state === 'found'
        ? yield* listed(models, leads.target.path, become)
        : lists.find(({ folder }) => folder === models);
    const all = inModels === undefined ? others : [...others, inModels];
    const below = yield* sightsOf(
      layout,
      inModels === undefined ? [] : [inModels],
      (path) => folderOf(path) === models && !path.slice(models.length + 1).startsWith('.'),
      become,
    );
    return fact({ layout, seen }, all, [...sights, ...below]);
  },
});

const fact = (
  at: Pick<ComfyuiFolders, 'layout' | 'seen'>,
  lists: readonly Listed[],
  sights: readonly Named[],
): ComfyuiFolders => ({
  ...at,
  sights: Object.fromEntries(sights),
  closed: Object.fromEntries(lists.flatMap(({ folder, errno }) => (errno === null ? [] : [[folder, errno]]))),
  omitted: lists.at(-1)?.omitted ?? 0,
});

function nodeFolder({ mounts }: ComfyuiLayout, inside: string): string | null {
  const mount = insideMountOf(mounts, inside);
  return mount?.path == null ? null : nodePath({ ...mount, path: mount.path }, inside);
}

/** What is not there, or on no mount, has no entries and is no trouble. */
function* listed(folder: string, place: string | null, become?: 'sudo'): Asking<Listed> {
  const none = { folder, entries: [], errno: null, omitted: 0 };
  if (place === null) return none;
  const reply = yield* ask(list(place, { become }));
  if (reply.ok) return { ...none, entries: reply.entries, omitted: reply.omitted };
  return { ...none, errno: reply.errno === 'ENOENT' || reply.errno === 'ENOTDIR' ? null : reply.errno };
}

/** The wanted ones of the names in these folders, and of the mounts: a mount hides what lies under it. */
function* sightsOf(
  { mounts }: ComfyuiLayout,
  lists: readonly Listed[],
  isWanted: (path: string) => boolean,
  become?: 'sudo',
): Asking<readonly Named[]> {
  const roots = mounts.map(({ inside }) => inside).filter(isWanted);
  const entries = lists.flatMap(({ folder, entries: found }) =>
    found.map((entry) => ({ path: `${folder === '/' ? '' : folder}/${entry.name}`, entry })),
  );
  const named = entries.filter(({ path }) => isWanted(path) && !roots.includes(path));
  return yield* inStep([
    ...roots.map((path) => followed(mounts, path, undefined, become)),
    ...named.map(({ path, entry }) => followed(mounts, path, entry, become)),
  ]);
}

function* followed(
  mounts: readonly InsideMount[],
  path: string,
  entry: ListFound['entries'][number] | undefined,
  become?: 'sudo',
): Asking<Named> {
  const mount = insideMountOf(mounts, path);
  if (entry !== undefined && entry.type !== 'link' && mount?.path != null) {
    const { type, mode, uid, gid } = entry;
    const at = nodePath({ ...mount, path: mount.path }, path);
    const { writable } = mount;
    const target = { state: 'found' as const, path: at, type, rights: { mode, uid, gid }, writable, above: [] };
    return [path, { owner: { uid, gid }, isLink: false, target }];
  }
  const target = yield* insidePath(mounts, path, become);
  const itself = entry ?? (target.state === 'found' ? target.rights : null);
  const owner = itself === null ? null : { uid: itself.uid, gid: itself.gid };
  return [path, { owner, isLink: entry !== undefined, target }];
}
