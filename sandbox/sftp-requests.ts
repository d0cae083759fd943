import { constants, type BigIntStats, type StatsFs } from 'node:fs';
import { lstat, open, readdir, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { request, response, status, string, uint32, uint64, type PacketReader } from './sftp-wire.ts';

/** What a filesystem tells of its room. */
export type Room = Pick<StatsFs, 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree'>;

interface Answer {
  readonly type: number;
  readonly fields: readonly Buffer[];
}

interface OpenFile {
  readonly path: string;
  readonly file: FileHandle;
}

interface OpenDirectory {
  readonly path: string;
  readonly names: string[];
}

/** What a client has open, and how its paths are found. */
export interface Handles {
  real(path: string): string;
  shown(path: string): string;
  /** The filesystem that holds a path here. */
  room(path: string): Promise<Room>;
  add(opened: OpenFile | OpenDirectory): Answer;
  file(id: string): OpenFile;
  directory(id: string): OpenDirectory;
  drop(id: string): Promise<void>;
  close(): Promise<void>;
}

export function createHandles({ real, shown, room }: Pick<Handles, 'real' | 'shown' | 'room'>): Handles {
  const opened = new Map<string, OpenFile | OpenDirectory>();
  let last = 0;
  const drop = async (id: string) => {
    const entry = opened.get(id);
    if (entry === undefined) throw trouble('EBADF');
    opened.delete(id);
    if ('file' in entry) await entry.file.close();
  };
  return {
    real,
    shown,
    room,
    add(entry) {
      last += 1;
      opened.set(String(last), entry);
      return { type: response.handle, fields: [string(String(last))] };
    },
    file(id) {
      const entry = opened.get(id);
      if (entry === undefined || !('file' in entry)) throw trouble('EBADF');
      return entry;
    },
    directory(id) {
      const entry = opened.get(id);
      if (entry === undefined || !('names' in entry)) throw trouble('EBADF');
      return entry;
    },
    drop,
    async close() {
      await Promise.all([...opened.keys()].map(drop));
    },
  };
}

/** Answers one request. Errors: those of the filesystem, with their errno in `code`. */
export async function answerFor(type: number, packet: PacketReader, handles: Handles): Promise<Answer> {
  const path = () => handles.real(absolute(packet.string()));
  switch (type) {
    case request.open: {
      const name = path();
      if ((packet.uint32() & ~readFlag) !== 0) throw trouble('EROFS');
      // A FIFO opened the plain way would hold the answer back until someone writes to it.
      const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK);
      return handles.add({ path: name, file });
    }
    case request.close:
      await handles.drop(packet.string());
      return statusAnswer(status.ok, 'Success');
    case request.read:
      return readAnswer(handles.file(packet.string()).file, packet.uint64(), packet.uint32());
    case request.stat:
      return attrsAnswer(await stat(path(), { bigint: true }));
    case request.lstat:
      return attrsAnswer(await lstat(path(), { bigint: true }));
    case request.fstat:
      return attrsAnswer(await handles.file(packet.string()).file.stat({ bigint: true }));
    case request.opendir: {
      const name = path();
      return handles.add({ path: name, names: ['.', '..', ...(await readdir(name))] });
    }
    case request.readdir:
      return readdirAnswer(handles.directory(packet.string()));
    case request.readlink:
      return nameAnswer([{ name: handles.shown(await readlink(path())) }]);
    case request.realpath: {
      const asked = absolute(packet.string());
      return nameAnswer([{ name: handles.real(asked) === asked ? await realpath(asked) : asked }]);
    }
    case request.extended:
      return extendedAnswer(packet, handles);
    default:
      throw trouble('EROFS');
  }
}

const readFlag = 1;
const mostBytes = 261_120;
const namesPerAnswer = 100;

const trouble = (code: string) => Object.assign(new Error(code), { code });
const absolute = (path: string) => (isAbsolute(path) ? resolve(path) : resolve(process.cwd(), path));
const statusAnswer = (code: number, words: string): Answer => ({
  type: response.status,
  fields: [uint32(code), string(words), string('')],
});
const atEnd = statusAnswer(status.eof, 'End of file');

async function readAnswer(file: FileHandle, offset: number, wanted: number): Promise<Answer> {
  const buffer = Buffer.alloc(Math.min(wanted, mostBytes));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
  if (bytesRead === 0) return atEnd;
  return { type: response.data, fields: [string(buffer.subarray(0, bytesRead))] };
}

async function readdirAnswer({ path, names }: OpenDirectory): Promise<Answer> {
  if (names.length === 0) return atEnd;
  const entries = await Promise.all(
    names.splice(0, namesPerAnswer).map(async (name) => {
      // An entry may vanish between the two questions.
      const stats = await lstat(join(path, name), { bigint: true }).catch(() => undefined);
      return { name, ...(stats && { stats }) };
    }),
  );
  return nameAnswer(entries);
}

const nameAnswer = (entries: readonly { name: string; stats?: BigIntStats }[]): Answer => ({
  type: response.name,
  fields: [
    uint32(entries.length),
    ...entries.flatMap(({ name, stats }) => [string(name), string(name), stats ? attrs(stats) : uint32(0)]),
  ],
});

const attrsAnswer = (stats: BigIntStats): Answer => ({ type: response.attrs, fields: [attrs(stats)] });

/** Size, owner, mode and times: the flags 1, 2, 4 and 8. */
const attrs = ({ size, uid, gid, mode, atimeMs, mtimeMs }: BigIntStats): Buffer =>
  Buffer.concat([
    uint32(15),
    uint64(size),
    ...[uid, gid, mode, atimeMs / 1000n, mtimeMs / 1000n].map((value) => uint32(Number(value & 0xffffffffn))),
  ]);

async function extendedAnswer(packet: PacketReader, handles: Handles): Promise<Answer> {
  const name = packet.string();
  if (name !== 'statvfs@openssh.com' && name !== 'fstatvfs@openssh.com') throw trouble('ENOSYS');
  const target = packet.string();
  const path = name.startsWith('f') ? handles.file(target).path : handles.real(absolute(target));
  return { type: response.extended, fields: [volume(await handles.room(path))] };
}

/** Node tells neither the fragment size nor the longest name: the block size and 255 are what Linux filesystems say. */
const volume = ({ bsize, blocks, bfree, bavail, files, ffree }: Room): Buffer =>
  Buffer.concat([bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0, 0, 255].map(uint64));
