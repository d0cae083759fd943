import { statfs } from 'node:fs/promises';
import type { ServerChannel } from 'ssh2';
import { overlaid, shownAs } from './overlay.ts';
import { answerFor, createHandles, type Room } from './sftp-requests.ts';
import { packet, packets, PacketReader, request, response, status, string, uint32 } from './sftp-wire.ts';

const extensions = ['statvfs@openssh.com', 'fstatvfs@openssh.com'];

/** What of the node is another than this machine. */
export interface Shown {
  /** Where the simulated parts are found: a path of the node, and what stands in for it here. */
  readonly overlay: ReadonlyMap<string, string>;
  /** The room on the filesystem of a path, where that is not as it is here. */
  readonly room?: ((path: string) => Promise<Room>) | undefined;
}

/** SFTP version 3 for looking only: whatever would write is denied. One request after the other, as OpenSSH answers. */
export function serveFiles(channel: ServerChannel, { overlay, room = statfs }: Shown): void {
  const handles = createHandles({ real: overlaid(overlay), shown: shownAs(overlay), room });
  const serve = async () => {
    for await (const bytes of packets(channel)) {
      const reader = new PacketReader(bytes);
      const type = reader.byte();
      if (type === request.init) {
        const offered = extensions.flatMap((name) => [string(name), string('2')]);
        channel.write(packet(response.version, uint32(3), ...offered));
        continue;
      }
      const id = uint32(reader.uint32());
      const { type: kind, fields } = await answerFor(type, reader, handles).catch(troubleAnswer);
      channel.write(packet(kind, id, ...fields));
    }
  };
  // A malformed packet or a lost client ends the session.
  const end = () => {
    channel.end();
    void handles.close();
  };
  serve().then(end, end);
}

/** The errno of this machine as the status that OpenSSH gives for it. */
function troubleAnswer(thrown: unknown) {
  const errno = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const [code, words] = statusOf[errno] ?? ([status.failure, 'Failure'] as const);
  return { type: response.status, fields: [uint32(code), string(words), string('')] };
}

const missing = [status.noSuchFile, 'No such file'] as const;
const denied = [status.denied, 'Permission denied'] as const;
const statusOf: Readonly<Record<string, readonly [number, string]>> = {
  ENOENT: missing,
  ENOTDIR: missing,
  ELOOP: missing,
  EBADF: missing,
  EACCES: denied,
  EPERM: denied,
  EROFS: denied,
  EFAULT: denied,
  ENAMETOOLONG: [status.badMessage, 'Bad message'],
  EINVAL: [status.badMessage, 'Bad message'],
  ERR_OUT_OF_RANGE: [status.badMessage, 'Bad message'],
  ENOSYS: [status.unsupported, 'Operation unsupported'],
};
