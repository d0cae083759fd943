import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, readlink, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileAsk, FileFacts, FileTrouble, ReadAsk, TailAsk } from '../core/command.ts';
import { fileType, notAFile } from './errno.ts';
import type { FileAnswer } from './sftp.ts';

const entriesListed = 2_000;
const statsAtOnce = 64;
const specialTailBytes = 16 * 1_048_576;

/** Answers a question about files of this machine; what the system refuses is in the answer, with its true errno. */
export async function localFile(ask: FileAsk): Promise<FileAnswer> {
  try {
    switch (ask.kind) {
      case 'stat':
        return await statAt(ask.path);
      case 'list':
        return await listAt(ask.path);
      case 'space':
        return await spaceAt(ask.path);
      default:
        return await readAt(ask);
    }
  } catch (error) {
    return trouble(error);
  }
}

type Trouble = Omit<FileTrouble, 'at' | 'ms'>;

/** Errors: whatever is no error of the system. */
function trouble(error: unknown): Trouble {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error)) throw error;
  const [, message = error.message] = /^\w+: (.*?)(?:, \w+.*)?$/s.exec(error.message) ?? [];
  return { ok: false, errno: String(error.code), message };
}

const facts = ({ mode, size, mtimeMs, uid, gid }: Stats): FileFacts => ({
  type: fileType(mode),
  size,
  mtimeMs: Math.floor(mtimeMs),
  mode: mode & 0o7777,
  uid,
  gid,
});

async function statAt(path: string): Promise<FileAnswer> {
  const [there, link] = await Promise.allSettled([stat(path), readlink(path)]);
  const named = link.status === 'fulfilled' ? { link: link.value } : {};
  if (there.status === 'fulfilled') return { ok: true, ...facts(there.value), ...named };
  return { ...trouble(there.reason), ...named };
}

async function listAt(path: string): Promise<FileAnswer> {
  const names = await readdir(path);
  const entries: (FileFacts & { readonly name: string })[] = [];
  let gone = 0;
  for (let at = 0; at < Math.min(names.length, entriesListed); at += statsAtOnce) {
    const some = names.slice(at, Math.min(at + statsAtOnce, entriesListed));
    const found = await Promise.all(
      some.map(async (name) => {
        const there = await lstat(join(path, name)).catch(() => undefined);
        return there && { name, ...facts(there) };
      }),
    );
    for (const entry of found) {
      if (entry) entries.push(entry);
      else gone += 1;
    }
  }
  return { ok: true, entries, omitted: names.length - entries.length - gone };
}

async function spaceAt(path: string): Promise<FileAnswer> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  // As df counts: what is kept for root is no room for a service.
  return {
    ok: true,
    totalBytes: (blocks - bfree + bavail) * bsize,
    freeBytes: bavail * bsize,
    inodes: files,
    freeInodes: ffree,
  };
}

async function readAt(ask: ReadAsk | TailAsk): Promise<FileAnswer> {
  const wrong = notAFile(fileType((await stat(ask.path)).mode));
  if (wrong) return wrong;
  // Without O_NONBLOCK a pipe that took its place meanwhile would hold up a thread for good.
  const file = await open(ask.path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = await file.stat();
    const special = ask.path.startsWith('/sys/') || (ask.path.startsWith('/proc/') && size === 0);
    if (!special) {
      const offset = ask.kind === 'read' ? ask.offset : Math.max(0, size - ask.bytes);
      return { ok: true, bytes: await bytesOf(file, offset, Math.min(ask.bytes, size - offset)), offset, size };
    }
    if (ask.kind === 'read')
      return { ok: true, bytes: await bytesOf(file, ask.offset, ask.bytes), offset: ask.offset, size };
    // A file that the kernel makes up has no length: its end is found by reading it.
    const whole = await bytesOf(file, 0, specialTailBytes);
    const offset = Math.max(0, whole.length - ask.bytes);
    return { ok: true, bytes: whole.subarray(offset), offset, size };
  } finally {
    await file.close();
  }
}

interface Readable {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

async function bytesOf(file: Readable, offset: number, length: number): Promise<Uint8Array> {
  let bytes = Buffer.alloc(Math.max(0, Math.min(length, 65_536)));
  let got = 0;
  while (got < length) {
    if (got === bytes.length) bytes = Buffer.concat([bytes], Math.min(length, bytes.length * 2));
    const { bytesRead } = await file.read(bytes, got, bytes.length - got, offset + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return bytes.subarray(0, got);
}
