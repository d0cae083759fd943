import { constants, gunzipSync, gzipSync } from 'node:zlib';
import type { Command, FileFacts, Reply } from '../../src/core/command.ts';
import type { Asking } from '../../src/core/probe.ts';

interface File {
  bytes: Uint8Array;
  mtimeMs: number;
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const numberOf = (each: string, name: string) => Number(/\.(\d+)/.exec(each.slice(name.length))?.[1]);

/** A folder of logs in memory, with a clock that each change moves on, and everything that can happen to a log. */
export function logFolder(path = '/var/log/app.log') {
  const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const files = new Map<string, File>([[name, { bytes: new Uint8Array(), mtimeMs: 1_000 }]]);
  let clock = 1_000;
  let read = 0;

  const shift = () => {
    const older = [...files.keys()].filter((each) => each !== name);
    for (const each of older.toSorted((a, b) => numberOf(b, name) - numberOf(a, name))) {
      const file = files.get(each);
      files.delete(each);
      if (file)
        files.set(
          each.replace(/\.(\d+)/, (_, n: string) => `.${Number(n) + 1}`),
          file,
        );
    }
  };

  const facts = ({ bytes, mtimeMs }: File): FileFacts => ({
    type: 'file',
    size: bytes.length,
    mtimeMs,
    mode: 0o644,
    uid: 0,
    gid: 0,
  });

  function answer({ ask }: Command<'observe'>): Reply {
    const timed = { at: 0, ms: 1 };
    if (!('path' in ask)) throw new Error(`not about files: ${ask.kind}`);
    if (ask.kind === 'list') {
      const entries = [...files].map(([each, file]) => ({ name: each, ...facts(file) }));
      return ask.path === folder
        ? { ok: true, entries, omitted: 0, ...timed }
        : { ok: false, errno: 'ENOENT', message: 'No such file or directory', ...timed };
    }
    const file = files.get(ask.path.slice(folder.length + 1));
    if (file === undefined) return { ok: false, errno: 'ENOENT', message: 'No such file or directory', ...timed };
    if (ask.kind === 'stat') return { ok: true, ...facts(file), ...timed };
    if (ask.kind === 'space') throw new Error('not asked of a log');
    const { length: size } = file.bytes;
    const offset = ask.kind === 'read' ? ask.offset : Math.max(0, size - ask.bytes);
    const bytes = file.bytes.subarray(offset, offset + ask.bytes);
    read += bytes.length;
    if (ask.kind === 'tail' || ask.unpack === undefined) return { ok: true, bytes, offset, size, ...timed };
    // As the engine does it: what is cut off unpacks as far as it goes, and says so.
    const whole = new Uint8Array(gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }));
    const kept = whole.subarray(-ask.unpack);
    const cut = bytes.length < size ? { cut: true as const } : {};
    return { ok: true, bytes: kept, offset: whole.length - kept.length, size: whole.length, ...cut, ...timed };
  }

  return {
    path,
    /** Bytes handed out so far. */
    read: () => read,
    size: () => files.get(name)?.bytes.length ?? 0,
    write(text: string) {
      const file = files.get(name) ?? { bytes: new Uint8Array(), mtimeMs: 0 };
      files.set(name, { bytes: joined(file.bytes, new TextEncoder().encode(text)), mtimeMs: (clock += 1_000) });
    },
    rotate(how: 'rename' | 'copytruncate' | 'pack') {
      const file = files.get(name);
      if (file === undefined) return;
      clock += 1_000;
      shift();
      if (how === 'pack')
        files.set(`${name}.1.gz`, { bytes: new Uint8Array(gzipSync(file.bytes)), mtimeMs: file.mtimeMs });
      else files.set(`${name}.1`, { ...file, mtimeMs: how === 'rename' ? file.mtimeMs : clock });
      files.set(name, { bytes: new Uint8Array(), mtimeMs: clock });
    },
    truncate: () => void files.set(name, { bytes: new Uint8Array(), mtimeMs: (clock += 1_000) }),
    /** Drives questions about this folder; `between` comes before each round of them. */
    ask<T>(asking: Asking<T>, between: () => void = () => undefined): T {
      let turn = asking.next();
      while (turn.done !== true) {
        between();
        turn = asking.next(turn.value.map(answer));
      }
      return turn.value;
    },
  };
}
