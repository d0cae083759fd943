import { list, read, stat, type FileFacts, type FileTrouble, type ListFound } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { nearest } from '../core/text.ts';
import { isPartialOf } from './partial-names.ts';

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
      const hub = yield* hubDownloads(folder, folderList, become);
      const parts = unfinished === null && hub.length === 0 ? null : [...(unfinished ?? []), ...hub];
      return { there: false, errno, message, link, similar, folderErrno, unfinished: parts } satisfies ModelFileFact;
    }
    const { type, size, mtimeMs, mode, uid, gid } = found;
    const seen = { there: true as const, type, size, mtimeMs, mode, uid, gid, link, unfinished };
    // Opening a pipe or a device would wait for its other end.
    if (type !== 'file' || size === 0) return { ...seen, firstBytes: null };
    const first = yield* ask(read(path, { bytes: 4, become }));
    return { ...seen, firstBytes: first.ok ? first.bytes.length : { errno: first.errno } } satisfies ModelFileFact;
  },
});

/**
 * Huggingface_hub downloads into a folder of its own: beside the file, or among the blobs of its cache. Its names are
 * hashes, so that one belongs to this model is likely only while the model is missing.
 */
function* hubDownloads(
  folder: string,
  beside: ListFound | FileTrouble,
  become: 'sudo' | undefined,
): Asking<readonly Unfinished[]> {
  const [, repository] = /^(.*\/models--[^/]+)\/snapshots\//.exec(`${folder}/`) ?? [];
  const hasNotes = beside.ok && beside.entries.some(({ name }) => name === '.cache');
  const places = [
    ...(hasNotes ? [`${folder}/.cache/huggingface/download`] : []),
    ...(repository === undefined ? [] : [`${repository}/blobs`]),
  ];
  if (places.length === 0) return [];
  const found = yield* askAll(places.map((place) => list(place, { become })));
  return found.flatMap((reply, index) =>
    reply.ok
      ? reply.entries
          .filter(({ name }) => name.endsWith('.incomplete'))
          .map(({ name, size, mtimeMs }) => ({ name: `${places[index]}/${name}`, size, mtimeMs }))
      : [],
  );
}

function split(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/');
  return { folder: path.slice(0, at) || '/', name: path.slice(at + 1) };
}

export const unfinishedOf = (name: string, { entries }: ListFound): readonly Unfinished[] =>
  entries
    .filter((entry) => isPartialOf(entry.name, name))
    .map((entry) => ({ name: entry.name, size: entry.size, mtimeMs: entry.mtimeMs }));

const namesBeside = (name: string, { entries }: ListFound): readonly string[] =>
  entries.map((entry) => entry.name).filter((other) => other !== name && !isPartialOf(other, name));
