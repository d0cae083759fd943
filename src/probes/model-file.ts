import { list, read, stat, type FileFacts, type ListFound } from '../core/command.ts';
import { ask, askAll, defineProbe } from '../core/probe.ts';
import { nearest } from '../core/text.ts';

export interface ModelFileInput {
  readonly path: string;
  readonly become?: 'sudo' | undefined;
}

/** A download beside the file that it will become: `model.gguf.part`, aria2's `model.gguf.aria2`, rsync's `.model.gguf.x7Kq2a`. */
export interface Unfinished {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What stands at the path of a model, and beside it. `link` is what the path says when it is a symbolic link. */
export type ModelFileFact = {
  readonly link: string | null;
  /** Null where the folder can't be listed. */
  readonly unfinished: readonly Unfinished[] | null;
} & (
  | (FileFacts & {
      readonly there: true;
      /** Bytes of the first four that came, or why none did: a dead mount still answers `stat`. Null where none was asked for. */
      readonly firstBytes: number | { readonly errno: string } | null;
    })
  | {
      readonly there: false;
      readonly errno: string;
      readonly message: string;
      /** A name in the folder that may be meant. */
      readonly similar: string | null;
      /** Why the folder can't be listed: `ENOENT` where it is missing too. */
      readonly folderErrno: string | null;
    }
);

export const modelFile = defineProbe({
  name: 'model.file',
  summary: 'What kind of file stands at the path of a model, and what is written beside it',
  *steps({ path, become }: ModelFileInput) {
    const { folder, name } = split(path);
    const [found, folderList] = yield* askAll([stat(path, { become }), list(folder, { become })] as const);
    const link = found.link ?? null;
    const unfinished = folderList.ok ? unfinishedOf(name, folderList) : null;
    if (!found.ok) {
      const similar = folderList.ok ? (nearest(name, namesBeside(name, folderList)) ?? null) : null;
      const { errno, message } = found;
      const folderErrno = folderList.ok ? null : folderList.errno;
      return { there: false, errno, message, link, similar, folderErrno, unfinished } satisfies ModelFileFact;
    }
    const { type, size, mtimeMs, mode, uid, gid } = found;
    const seen = { there: true as const, type, size, mtimeMs, mode, uid, gid, link, unfinished };
    // Opening a pipe or a device would wait for its other end.
    if (type !== 'file' || size === 0) return { ...seen, firstBytes: null };
    const first = yield* ask(read(path, { bytes: 4, become }));
    return { ...seen, firstBytes: first.ok ? first.bytes.length : { errno: first.errno } } satisfies ModelFileFact;
  },
});

function split(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/');
  return { folder: path.slice(0, at) || '/', name: path.slice(at + 1) };
}

const unfinishedSuffix = /\.(?:part|partial|tmp|temp|incomplete|aria2|download|crdownload)$/i;

function isUnfinished(name: string, of: string): boolean {
  if (name.startsWith(`.${of}.`)) return true;
  const stem = of.replace(/\.[^.]+$/, '');
  return unfinishedSuffix.test(name) && (name.startsWith(`${of}.`) || name.replace(unfinishedSuffix, '') === stem);
}

export const unfinishedOf = (name: string, { entries }: ListFound): readonly Unfinished[] =>
  entries
    .filter((entry) => isUnfinished(entry.name, name))
    .map((entry) => ({ name: entry.name, size: entry.size, mtimeMs: entry.mtimeMs }));

const namesBeside = (name: string, { entries }: ListFound): readonly string[] =>
  entries.map((entry) => entry.name).filter((other) => other !== name && !isUnfinished(other, name));
