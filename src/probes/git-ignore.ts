/** One file of patterns, and the folder that they are relative to. */
export interface IgnoreFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

/** Whether git leaves a path alone, and by which line; `unclear` where a pattern is not understood here. */
export type Ignored = { readonly ignored: 'yes'; readonly by: string } | { readonly ignored: 'no' | 'unclear' };

/**
 * The files outermost first: of several lines that match, the last one decides, and what lies in an ignored folder is
 * ignored. Source: gitignore(5).
 */
export function ignoredBy(path: string, root: string, files: readonly IgnoreFile[]): Ignored {
  let unclear = false;
  for (const part of [...above(path, root).toReversed(), path]) {
    let found: Ignored = { ignored: 'no' };
    for (const file of files.filter(({ folder }) => part.startsWith(`${folder}/`))) {
      for (const [index, line] of file.text.split('\n').entries()) {
        const pattern = patternOf(line);
        if (pattern === undefined) continue;
        if (pattern === 'unclear') unclear = true;
        else if (pattern.fits.test(part.slice(file.folder.length + 1)) && (part !== path || !pattern.foldersOnly))
          found = pattern.takesBack ? { ignored: 'no' } : { ignored: 'yes', by: `${file.path}:${index + 1}` };
      }
    }
    if (found.ignored === 'yes') return found;
  }
  return { ignored: unclear ? 'unclear' : 'no' };
}

/** The folders from that of a path up to one below `root`, deepest first. */
export function above(path: string, root: string): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return folder.length <= root.length || !folder.startsWith(root) ? [] : [folder, ...above(folder, root)];
}

interface Pattern {
  readonly fits: RegExp;
  readonly takesBack: boolean;
  readonly foldersOnly: boolean;
}

function patternOf(line: string): Pattern | 'unclear' | undefined {
  const text = line.replace(/\r$/, '').replace(/(?<!\\) +$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  if (/[[\]\\]/.test(text)) return 'unclear';
  const takesBack = text.startsWith('!');
  const whole = takesBack ? text.slice(1) : text;
  const foldersOnly = whole.endsWith('/');
  const body = whole.replace(/\/$/, '');
  const isAnchored = body.includes('/');
  const words = body.replace(/^\//, '').split('/');
  const parts = words.map((word, index) => {
    if (word !== '**') return `${wordPattern(word)}${index < words.length - 1 ? '/' : ''}`;
    return index < words.length - 1 ? '(?:[^/]+/)*' : '.+';
  });
  return { fits: new RegExp(`^${isAnchored ? '' : '(?:.*/)?'}${parts.join('')}$`), takesBack, foldersOnly };
}

const wordPattern = (word: string): string =>
  word
    .replace(/[.+^${}()|]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replace(/\?/g, '[^/]');
