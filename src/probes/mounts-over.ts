import { isUnder, type Mount, type MountRow } from './mounts.ts';

/** A mounted filesystem, as a person names it. */
export type NamedMount = Pick<Mount, 'path' | 'type' | 'source'>;

const named = ({ path, type, source }: MountRow): NamedMount => ({ path, type, source });

/** The first root lies under every other one, and what mounts on demand under what it mounted. */
const isCovered = ({ path, type }: MountRow): boolean => path === '/' || type === 'autofs';

/** The filesystem that a path lies on, and those that would hold it if another were not mounted over them, deepest first. */
export function mountsOver(
  all: readonly MountRow[],
  path: string,
): { on: NamedMount | null; hidden: readonly NamedMount[] } {
  const isHidden = (each: MountRow): boolean =>
    all.some(
      (over) =>
        over.id !== each.id &&
        ((over.path === each.path && over.parent === each.id) ||
          (over.parent === each.parent && over.path !== each.path && isUnder(each.path, over.path))),
    );
  const deepestFirst = all.filter((each) => isUnder(path, each.path)).toSorted((a, b) => b.path.length - a.path.length);
  const on = deepestFirst.find((each) => !isHidden(each));
  const hidden = deepestFirst.filter((each) => isHidden(each) && !isCovered(each)).map(named);
  return { on: on === undefined ? null : named(on), hidden };
}
