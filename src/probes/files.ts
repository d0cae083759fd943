import { read, stat, type FileFacts, type FileTrouble, type ReadFound, type StatFound } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { askAll, defineProbe } from '../core/probe.ts';

/** What stands at a path. `link` is what the path itself says when it is a symbolic link. */
export type FileState =
  | (FileFacts & {
      readonly there: true;
      readonly link: string | null;
      /** Why its first byte could not be read: a dead network filesystem still answers `stat`. */
      readonly readErrno: string | null;
    })
  | { readonly there: false; readonly errno: string; readonly message: string; readonly link: string | null };

type Reply = StatFound | ReadFound | FileTrouble;
export type FileStates = Readonly<Record<string, FileState>>;

export const files = defineProbe({
  name: 'file.stat',
  summary: 'What kind of file stands at each path, whose it is, and whether it can be read',
  *steps({ paths, become }: { readonly paths: readonly string[]; readonly become?: 'sudo' | undefined }) {
    if (paths.length === 0) return {};
    const found = paths.map((path) => stat(path, { become }));
    const firstBytes = paths.map((path) => read(path, { bytes: 1, become }));
    const replies = yield* askAll([...found, ...firstBytes]);
    const states: FileStates = Object.fromEntries(
      paths.map((path, index) => [path, state(replies[index], replies[paths.length + index])]),
    );
    return states;
  },
});

function state(found: Reply | undefined, firstByte: Reply | undefined): FileState {
  if (found === undefined || !found.ok) {
    const { errno, message, link } = found ?? { errno: 'EUNKNOWN', message: 'no answer', link: undefined };
    return { there: false, errno, message, link: link ?? null };
  }
  if (!('mode' in found)) throw new OpsError('DEFECT', 'a stat was answered by the content of a file');
  const { type, size, mtimeMs, mode, uid, gid, link = null } = found;
  const readErrno = type === 'file' && firstByte?.ok === false ? firstByte.errno : null;
  return { there: true, type, size, mtimeMs, mode, uid, gid, link, readErrno };
}
