import { stat, type FileTrouble, type StatFound } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { isUnder } from './mounts.ts';
import { linkTarget } from './path-parts.ts';

/** A folder of the node as a container sees it. */
export interface InsideMount {
  readonly inside: string;
  /** Null where it is none of the node's folders that we can name: a tmpfs. */
  readonly path: string | null;
  readonly writable: boolean;
}

/** Mode and owner, as a kernel asks for them. */
export interface Rights {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a path of a container leads to. */
export type InsideTarget =
  | {
      readonly state: 'found';
      readonly path: string;
      readonly type: StatFound['type'];
      readonly rights: Rights;
      readonly writable: boolean;
      /** The folders on the way to it, from the root of its mount. */
      readonly above: readonly Rights[];
    }
  /** `outside`: no mount of the container holds it; `inside` is where it was looked for. */
  | { readonly state: 'missing' | 'outside' | 'loop'; readonly inside: string }
  | { readonly state: 'unseen'; readonly path: string; readonly errno: string };

export const insideMountOf = (mounts: readonly InsideMount[], path: string): InsideMount | undefined =>
  mounts.filter(({ inside }) => isUnder(path, inside)).toSorted((a, b) => b.inside.length - a.inside.length)[0];

/** The node's name of a path of a container, by the mount that holds it. */
export const nodePath = ({ inside, path }: InsideMount & { path: string }, of: string): string =>
  (path === '/' ? '' : path) + (inside === '/' ? of : of.slice(inside.length)) || '/';

/** As many links as Linux follows. Source: path_resolution(7). */
const mostLinks = 40;

/**
 * Follows a path as the kernel does within a container: a link leads to where the container has that name, and not to
 * where the node has it. One round for each link on the way.
 */
export function* insidePath(mounts: readonly InsideMount[], start: string, become?: 'sudo'): Asking<InsideTarget> {
  let path = start;
  for (let links = 0; links <= mostLinks; links += 1) {
    const mount = insideMountOf(mounts, path);
    if (mount?.path === undefined || mount.path === null) return { state: 'outside', inside: path };
    const on = { ...mount, path: mount.path };
    const names = path.slice(on.inside.length).split('/').filter(Boolean);
    const ways = names.map((_, index) => [on.inside, ...names.slice(0, index + 1)].join('/').replace(/^\/\//, '/'));
    const places = [on.path, ...ways.map((way) => nodePath(on, way))];
    const replies = yield* askAll(places.map((place) => stat(place, { become, freshMs: 0 })));
    const [root, ...steps] = replies;
    if (root === undefined || !root.ok) return gone(root, on.inside, on.path);
    const at = steps.findIndex((step) => step.link !== undefined || !step.ok);
    const step = steps[at];
    const way = ways[at];
    if (step === undefined || way === undefined) return found(replies, places, on);
    if (step.link === undefined) return gone(step, way, places[at + 1] ?? '');
    path = [linkTarget(way, step.link), ...names.slice(at + 1)].join('/').replace(/^\/\//, '/');
  }
  return { state: 'loop', inside: start };
}

function found(
  replies: readonly (StatFound | FileTrouble)[],
  places: readonly string[],
  { writable }: InsideMount,
): InsideTarget {
  const all = replies.flatMap((reply) => (reply.ok ? [reply] : []));
  const rights = all.map(({ mode, uid, gid }) => ({ mode, uid, gid }));
  const [last, own, path] = [all.at(-1), rights.at(-1), places.at(-1)];
  if (last === undefined || own === undefined || path === undefined) return { state: 'missing', inside: '' };
  return { state: 'found', path, type: last.type, rights: own, writable, above: rights.slice(0, -1) };
}

const gone = (reply: StatFound | FileTrouble | undefined, inside: string, path: string): InsideTarget =>
  reply === undefined || reply.ok || reply.errno === 'ENOENT' || reply.errno === 'ENOTDIR'
    ? { state: 'missing', inside }
    : { state: 'unseen', path, errno: reply.errno };
