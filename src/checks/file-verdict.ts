import type { Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import type { Account } from '../probes/accounts.ts';
import type { FileState } from '../probes/files.ts';
import { brokenFilesystem } from './file-trouble.ts';

/** Who has to be able to read a file. */
export interface Reader {
  readonly name: string;
  readonly account: Account;
}

/**
 * What is wrong with a declared file, or undefined.
 *
 * A path that ends in `/` must be a directory; sockets, pipes and devices pass as what they are. Modes of the folders
 * above the file are not looked at.
 */
export function fileVerdict(path: string, state: FileState, reader: Reader | undefined): Verdict | undefined {
  if (!state.there) return absent(path, state);
  const broken = brokenFilesystem(state.readErrno ?? '');
  if (broken !== undefined) return critical(`${path} is listed but can not be read: ${broken}.`);
  const wantsDirectory = path.endsWith('/');
  if (state.type === 'directory' && !wantsDirectory)
    return critical(`${path} is a directory, a file is expected (end the path with / to expect a directory).`);
  if (state.type !== 'directory' && wantsDirectory)
    return critical(`${path} is a ${state.type}, a directory is expected.`);
  if (reader !== undefined && !mayRead(state, reader.account)) {
    return critical(
      `${path} can not be read by ${reader.name}: mode ${modeText(state.mode)}, owner ${state.uid}:${state.gid}.`,
    );
  }
  if (state.type !== 'file') return undefined;
  if (state.readErrno !== null && reader === undefined) {
    return {
      status: 'unknown',
      summary: `${path} is there (${bytesText(state.size)}), but the login user can not read it (${state.readErrno}), so whether the service can is not known.`,
      next: [{ say: 'Declare the user of the service, or `become: sudo`, in the fleet file.' }],
    };
  }
  if (state.size === 0 && !path.endsWith('/__init__.py')) {
    return { status: 'degraded', summary: `${path} is empty (0 B).`, next: [restore] };
  }
  if (isProgram(path) && (state.mode & 0o111) === 0) {
    return {
      status: 'degraded',
      summary: `${path} is not executable (mode ${modeText(state.mode)}): it starts only where it is handed to an interpreter.`,
      next: [{ say: `Make it executable (chmod +x ${path}), or see that the command names its interpreter.` }],
    };
  }
  return undefined;
}

const restore = { say: 'Put the file back from the image or the repository; a restart does not bring it back.' };
const critical = (summary: string): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'after-fix',
  next: [restore],
});

function absent(path: string, { errno, message, link }: FileState & { there: false }): Verdict {
  const broken = brokenFilesystem(errno);
  if (broken !== undefined) return critical(`${path} can not be reached: ${broken}.`);
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') {
    return { status: 'unknown', summary: `Whether ${path} is there is not known: ${message} (${errno}).` };
  }
  return critical(link === null ? `${path} is missing.` : `${path} is a symbolic link to ${link}, which is not there.`);
}

function mayRead({ mode, uid, gid }: FileState & { there: true }, account: Account): boolean {
  if (account.uid === 0) return true;
  if (account.uid === uid) return (mode & 0o400) !== 0;
  return (mode & (account.gids.includes(gid) ? 0o040 : 0o004)) !== 0;
}

const isProgram = (path: string): boolean => path.endsWith('.sh') || /\/s?bin\/[^/]+$/.test(path);
const modeText = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
