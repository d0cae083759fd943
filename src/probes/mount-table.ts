/** A mounted filesystem. Source: proc_pid_mountinfo(5). */
export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
}

interface Row extends Mount {
  readonly id: string;
  readonly parent: string;
}

const row = /^(\d+) (\d+) \S+ \S+ (\S+) .*? - (\S+) (\S+)/;
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const rowsOf = (mountinfo: string): readonly Row[] =>
  mountinfo.split('\n').flatMap((line): readonly Row[] => {
    const [, id, parent, point, type, source] = row.exec(line) ?? [];
    if (id === undefined || parent === undefined || point === undefined || type === undefined) return [];
    return [{ id, parent, point: unescaped(point), type, source: unescaped(source ?? '') }];
  });

const isUnder = (path: string, point: string): boolean =>
  path === point || path.startsWith(point === '/' ? '/' : `${point}/`);

const bare = ({ point, type, source }: Row): Mount => ({ point, type, source });

/** The first root lies under every other one, and what mounts on demand under what it mounted. */
const isCovered = ({ point, type }: Row): boolean => point === '/' || type === 'autofs';

/** The filesystem that a path lies on, and those that would hold it if another were not mounted over them, deepest first. */
export function mountsAt(mountinfo: string, path: string): { on: Mount | null; hidden: readonly Mount[] } {
  const all = rowsOf(mountinfo);
  const above = all.filter(({ point }) => isUnder(path, point));
  const isHidden = (each: Row): boolean =>
    all.some(
      (over) =>
        over.id !== each.id &&
        ((over.point === each.point && over.parent === each.id) ||
          (over.parent === each.parent && over.point !== each.point && isUnder(each.point, over.point))),
    );
  const deepestFirst = above.toSorted((a, b) => b.point.length - a.point.length);
  const on = deepestFirst.find((each) => !isHidden(each));
  const hidden = deepestFirst.filter((each) => isHidden(each) && !isCovered(each)).map(bare);
  return { on: on === undefined ? null : bare(on), hidden };
}
