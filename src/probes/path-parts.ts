/** The folders on the way to a path, from the root down. */
export const foldersAbove = (path: string): readonly string[] => {
  const parts = path.split('/').filter(Boolean).slice(0, -1);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
};

/** Where a link leads, as an absolute path. */
export function linkTarget(path: string, link: string): string {
  const from = link.startsWith('/') ? link : `${path.slice(0, path.lastIndexOf('/'))}/${link}`;
  const parts: string[] = [];
  for (const part of from.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The folder that holds a path. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
