import { read, stat, tail, type Command, type ReadAsk, type StatFound } from '../core/command.ts';
import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { fileFormat, type FileFormat } from './file-format.ts';
import { gguf } from './gguf.ts';
import type { HeaderReading } from './header-reading.ts';
import type { ModelFileInput } from './model-file.ts';
import { safetensors } from './safetensors.ts';
import { serverAnswer } from './server-answer.ts';

/** What a model file says of itself. */
export type ModelHeader =
  /** There is nothing to read, or it can't be read. */
  | { readonly state: 'unseen'; readonly why: string }
  | {
      readonly state: 'seen';
      readonly size: number;
      readonly format: FileFormat;
      /** The first bytes, as far as they are letters: `<!DOCTYPE`. */
      readonly begins: string;
      /** What a text in place of a model says: the error of a server, the size in a git-lfs pointer. */
      readonly says: string | null;
      /** Null for a format that does not tell its length. */
      readonly header: HeaderReading | { readonly state: 'cut'; readonly needsBytes: number | null } | null;
    };

const firstBytes = 65_536;
/** A vocabulary of 260,000 tokens makes a GGUF header of some 16 MiB. */
const windows = [1024 ** 2, 8 * 1024 ** 2, 32 * 1024 ** 2];
const hour = 3_600_000;
/** The end record of a zip archive and the longest comment after it. */
const zipEndBytes = 65_557;

export const modelHeader = defineProbe({
  name: 'model.header',
  summary: 'What a model file is, and how long it must be by its own header',
  *steps({ path, become }: ModelFileInput): Asking<ModelHeader> {
    const found = yield* ask(stat(path, { become }));
    if (!found.ok) return unseen(`${path} can not be looked at (${found.errno}).`);
    if (found.type !== 'file') return unseen(`${path} is a ${found.type}.`);
    if (found.size === 0) return unseen(`${path} is empty.`);
    const first = yield* ask(read(path, { bytes: firstBytes, become }));
    if (!first.ok) return unseen(`${path} can not be read (${first.errno}).`);
    if (first.bytes.length === 0) return unseen(`${path} gives no bytes, though it is ${found.size} long.`);

    const { bytes } = first;
    const format = fileFormat(bytes);
    const begins = printable(bytes);
    const more = (offset: number, upTo: number, freshMs: number) =>
      read(path, { offset, bytes: upTo - offset, become, freshMs, deadlineMs: 60_000 });
    const header =
      format === 'gguf' || format === 'safetensors'
        ? yield* growing(bytes, format === 'gguf' ? gguf : safetensors, found, more)
        : format === 'zip'
          ? yield* zipHeader(path, become, found.size)
          : null;
    return { state: 'seen', size: found.size, format, begins, says: serverAnswer(bytes, format), header };
  },
});

const unseen = (why: string): ModelHeader => ({ state: 'unseen', why });
type Seen = Extract<ModelHeader, { state: 'seen' }>;

/** Reads on while the header goes on, up to the last window. */
function* growing(
  start: Uint8Array,
  parse: (bytes: Uint8Array) => HeaderReading,
  { size, mtimeMs, at }: StatFound,
  more: (offset: number, upTo: number, freshMs: number) => Command<'observe', ReadAsk>,
): Asking<Seen['header']> {
  // What follows may be an hour old: only where the file was not written in that hour, with an hour for clocks that differ.
  const freshMs = at - mtimeMs > 2 * hour ? hour : 0;
  let bytes = start;
  let header = parse(bytes);
  for (const window of windows) {
    if (header.state !== 'incomplete' || bytes.length >= size) break;
    const upTo = Math.min(size, window);
    if (upTo <= bytes.length) continue;
    let chunk = yield* ask(more(bytes.length, upTo, freshMs));
    // Another file under an old date.
    if (chunk.ok && chunk.size !== size && freshMs > 0) chunk = yield* ask(more(bytes.length, upTo, 0));
    if (!chunk.ok || chunk.bytes.length === 0) break;
    bytes = joined(bytes, chunk.bytes);
    header = parse(bytes);
  }
  if (header.state !== 'incomplete') return header;
  const { headerBytes } = header;
  const isCut = headerBytes === null ? bytes.length >= size : headerBytes > size;
  return isCut ? { state: 'cut', needsBytes: headerBytes } : header;
}

/** A zip archive, as torch writes it, ends with its table of contents: one that was cut off has none. */
function* zipHeader(path: string, become: 'sudo' | undefined, size: number): Asking<Seen['header']> {
  const end = yield* ask(tail(path, { bytes: zipEndBytes, become }));
  if (!end.ok) return null;
  const text = new TextDecoder('latin1').decode(end.bytes);
  return text.includes('PK\u0005\u0006')
    ? { state: 'complete', version: null, tensors: 0, needsBytes: size }
    : { state: 'cut', needsBytes: null };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const printable = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, 16)].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
