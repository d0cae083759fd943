import type { FileTrouble, FileType } from '../core/command.ts';

/** Status codes of the SFTP draft, version 3; OpenSSH folds every errno it has no code for into "failure". */
const names: Readonly<Record<number, string>> = { 2: 'ENOENT', 3: 'EACCES', 5: 'EINVAL', 8: 'ENOTSUP' };
const failure = 4;
export const endOfFile = 1;

export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

/** What an SFTP status says about a path; `EIO` for the status that keeps the reason to itself. */
export function trouble(error: unknown): Omit<FileTrouble, 'at' | 'ms'> | undefined {
  const status = statusOf(error);
  if (status === undefined || !(error instanceof Error)) return undefined;
  return { ok: false, errno: names[status] ?? (status === failure ? 'EIO' : 'EUNKNOWN'), message: error.message };
}

/** What is wrong with reading a path that is no regular file; such a one is never opened. */
export function notAFile(type: FileType): Omit<FileTrouble, 'at' | 'ms'> | undefined {
  if (type === 'file') return undefined;
  if (type === 'directory') return { ok: false, errno: 'EISDIR', message: 'it is a directory' };
  return { ok: false, errno: 'EINVAL', message: `it is a ${type}, which is not read` };
}

const types: Readonly<Record<number, FileType>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'link',
  0o140000: 'socket',
  0o010000: 'fifo',
};

/** The type in a mode as stat(2) gives it. */
export const fileType = (mode: number): FileType => types[mode & 0o170000] ?? 'device';
