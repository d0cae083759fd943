import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import type { Command, FileFacts, Reply } from '../../src/core/command.ts';
import type { Asking } from '../../src/core/probe.ts';

/** Drives a probe against the files of this machine and tells what was asked: no transport lies between. */
export function fromDisk<Fact>(asking: Asking<Fact>): { fact: Fact; asked: string[] } {
  const asked: string[] = [];
  let turn = asking.next();
  while (turn.done !== true) {
    const replies = turn.value.map((command) => {
      const { ask } = command;
      asked.push(ask.kind === 'read' ? `read ${ask.offset}+${ask.bytes}` : ask.kind);
      return answer(command);
    });
    turn = asking.next(replies);
  }
  return { fact: turn.value, asked };
}

function answer({ ask }: Command): Reply {
  const timed = { at: Date.now(), ms: 1 };
  if (!('path' in ask)) throw new Error(`${ask.kind} is no question about a file`);
  const link = linkOf(ask.path);
  const found = { ok: true as const, ...timed, ...(link !== undefined && { link }) };
  try {
    switch (ask.kind) {
      case 'stat':
        return { ...found, ...facts(statSync(ask.path)) };
      case 'list': {
        const names = readdirSync(ask.path);
        const entries = names.map((name) => ({ name, ...facts(lstatSync(join(ask.path, name))) }));
        return { ok: true, ...timed, entries, omitted: 0 };
      }
      case 'read':
      case 'tail':
        return { ok: true, ...timed, ...readPart(ask.path, ask.kind === 'read' ? ask.offset : -ask.bytes, ask.bytes) };
      default:
        throw new Error(`${ask.kind} is not answered here`);
    }
  } catch (thrown) {
    const { code: errno = 'EUNKNOWN', message } = thrown as NodeJS.ErrnoException;
    return { ok: false, ...timed, errno, message, ...(link !== undefined && { link }) };
  }
}

function readPart(path: string, from: number, bytes: number) {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const offset = from < 0 ? Math.max(0, size + from) : from;
    const buffer = new Uint8Array(Math.max(0, Math.min(bytes, size - offset)));
    return { bytes: buffer.subarray(0, readSync(file, buffer, 0, buffer.length, offset)), offset, size };
  } finally {
    closeSync(file);
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

const facts = (stats: Stats): FileFacts => ({
  type: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isFIFO() ? 'fifo' : 'link',
  size: stats.size,
  mtimeMs: stats.mtimeMs,
  mode: stats.mode,
  uid: stats.uid,
  gid: stats.gid,
});
