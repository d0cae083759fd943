import type { FileAsk, FileFacts, FileTrouble, ListFound } from '../core/command.ts';
import { fileType, notAFile } from './errno.ts';
import { errnoOf } from './errno-text.ts';
import type { FileAnswer } from './sftp.ts';

type Trouble = Omit<FileTrouble, 'at' | 'ms'>;

/** The parts of one framed answer by name. */
export type Parts = ReadonlyMap<string, Buffer>;

/** The answer that the parts mean, as SFTP would have given it, but with the true errno. */
export function frameAnswer(ask: FileAsk, parts: Parts, mark: string): FileAnswer {
  const trouble = parts.get('trouble');
  const link = parts.get('link')?.toString();
  const named = link === undefined ? {} : { link };
  if (trouble) return { ok: false, ...errnoOf(trouble.toString()), ...named };
  if (ask.kind === 'space') return spaceOf(parts) ?? unclear;
  const facts = factsOf(parts.get('facts')?.toString() ?? '');
  if (facts === undefined) return unclear;
  switch (ask.kind) {
    case 'stat':
      return { ok: true, ...facts, ...named };
    case 'list':
      return facts.type === 'directory'
        ? (listOf(parts, mark) ?? unclear)
        : { ok: false, errno: 'ENOTDIR', message: 'it is not a directory' };
    default:
      return notAFile(facts.type) ?? bytesOf(ask, facts.size, parts) ?? unclear;
  }
}

const unclear: Trouble = { ok: false, errno: 'EUNKNOWN', message: 'the node did not answer clearly' };

function factsOf(line: string): FileFacts | undefined {
  const [, mode = '', size, mtime, uid, gid] = /^([0-9a-f]+) (\d+) (-?\d+) (\d+) (\d+)$/.exec(line.trim()) ?? [];
  if (mode === '') return undefined;
  const bits = Number.parseInt(mode, 16);
  return {
    type: fileType(bits),
    size: Number(size),
    mtimeMs: Number(mtime) * 1_000,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
  };
}

function spaceOf(parts: Parts): FileAnswer | undefined {
  const numbers = parts.get('space')?.toString().trim().split(' ').map(Number) ?? [];
  const [blockBytes, blocks, free, usable, inodes, freeInodes] = numbers;
  if (blockBytes === undefined || blocks === undefined || free === undefined) return undefined;
  if (usable === undefined || inodes === undefined || freeInodes === undefined) return undefined;
  // As df counts: what is kept for root is no room for a service.
  const totalBytes = (blocks - free + usable) * blockBytes;
  return { ok: true, totalBytes, freeBytes: usable * blockBytes, inodes, freeInodes };
}

function listOf(parts: Parts, mark: string): FileAnswer | undefined {
  const body = parts.get('entries')?.toString();
  const count = Number(parts.get('count')?.toString() ?? Number.NaN);
  if (body === undefined || Number.isNaN(count)) return undefined;
  const entries: ListFound['entries'][number][] = [];
  for (const record of `\n${body}`.split(`\ne${mark} `).slice(1)) {
    const [, line = '', name = ''] = /^(\S+ \S+ \S+ \S+ \S+) (.*)$/s.exec(record.replace(/\n$/, '')) ?? [];
    const facts = factsOf(line);
    if (facts) entries.push({ name, ...facts });
  }
  return { ok: true, entries, omitted: Math.max(0, count - entriesListed) };
}
const entriesListed = 2_000;

function bytesOf(ask: FileAsk & { bytes: number }, size: number, parts: Parts): FileAnswer | undefined {
  const bytes = parts.get('bytes');
  const end = Number(parts.get('end')?.toString() || Number.NaN);
  if (bytes === undefined) return undefined;
  const special = ask.path.startsWith('/sys/') || size === 0;
  if (ask.kind === 'read') return { ok: true, bytes, offset: ask.offset, size };
  const whole = Number.isNaN(end) ? size : end;
  return { ok: true, bytes, offset: Math.max(0, whole - bytes.length), size: special ? size : whole };
}
