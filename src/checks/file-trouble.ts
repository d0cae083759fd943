/** What it means when a filesystem answers with an errno that no file deserves. Source: errno(3), recorded FUSE and NFS faults. */
const broken: Readonly<Record<string, string>> = {
  ENOTCONN: 'the program that serves this mount has died (transport endpoint is not connected)',
  ESTALE: 'the file server no longer knows it (stale file handle)',
  EIO: 'the disk or the network volume fails (input/output error)',
  ETIMEDOUT: 'it does not answer, as a network mount whose server is away (timed out)',
  EROFS: 'the filesystem is read-only',
};

/** Why the filesystem itself fails, or undefined where the errno says something about the file. */
export const brokenFilesystem = (errno: string): string | undefined => broken[errno];
