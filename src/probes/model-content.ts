import { read, run, stat, tail, type FileTrouble, type ReadFound, type StatFound } from '../core/command.ts';
import { captured } from '../core/capture.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import type { ModelFileInput } from './model-file.ts';

/** What came from one place of a file. `at` is where it begins. */
export type Spot = { readonly at: number } & (
  | { readonly bytes: number; readonly zeros: boolean }
  | { readonly errno: string }
);

/** Bytes of a model, read from both ends and, of a large one, from places between. */
export type ModelContent =
  | { readonly state: 'none' }
  | {
      readonly state: 'seen';
      readonly size: number;
      /** In the order of the file; the last one reaches to its end. */
      readonly spots: readonly Spot[];
      /** How long the slowest of both ends took, where that was over a second. */
      readonly slowMs: number | null;
      /** Bytes that the filesystem holds for it: asked only where something reads as zeros. */
      readonly allocatedBytes: number | null;
    };

const endBytes = 65_536;
const spotBytes = 16_384;
const spotsFrom = 1_048_576;
const spots = 5;
/** How far from the end it is looked when the end is empty. */
const behind = [256, 1_024, 4_096, 16_384, 65_536, 262_144].map((kib) => kib * 1_024);
const hour = 3_600_000;
const slowFromMs = 1_000;
const deadlineMs = 10_000;

/** `stat` of a dead or hanging mount still answers from a cache, and reserved room has the right size: only bytes prove. */
export const modelContent = defineProbe({
  name: 'model.content',
  summary: 'Whether the bytes of a model come from both ends, and whether something is written in between',
  *steps(input: ModelFileInput): Asking<ModelContent> {
    const { path, become } = input;
    const found = yield* ask(stat(path, { become }));
    if (!found.ok || found.type !== 'file' || found.size === 0) return { state: 'none' };
    const { size } = found;
    const ends = yield* askAll([
      read(path, { bytes: 4_096, become, deadlineMs, silence: 'tells' }),
      tail(path, { bytes: endBytes, become, deadlineMs, silence: 'tells' }),
    ] as const);
    const [first, last] = ends;
    const slowest = Math.max(first.ms, last.ms);
    const slowMs = slowest >= slowFromMs ? Math.round(slowest) : null;
    const atEnd = spotOf(last, Math.max(0, size - endBytes));
    const head = spotOf(first, 0);
    if (!first.ok || !last.ok || size < spotsFrom)
      return { state: 'seen', size, spots: [head, atEnd], slowMs, allocatedBytes: null };
    const places = Array.from({ length: spots }, (_, index) => ((index + 1) * size) / (spots + 1));
    const more = isEmpty(atEnd) ? behind.map((bytes) => size - bytes).filter((at) => at > (places.at(-1) ?? 0)) : [];
    const between = yield* spotsBetween([...places, ...more], found, input);
    const all = [head, ...between, atEnd].toSorted((a, b) => a.at - b.at);
    const allocatedBytes = all.some(isEmpty) ? yield* allocated(input) : null;
    return { state: 'seen', size, spots: all, slowMs, allocatedBytes };
  },
});

export const isEmpty = (spot: Spot): boolean => 'zeros' in spot && spot.zeros;

function* spotsBetween(
  places: readonly number[],
  found: StatFound,
  { path, become }: ModelFileInput,
): Asking<readonly Spot[]> {
  const offsets = [...new Set(places.map((at) => Math.floor(at / 4_096) * 4_096))];
  // What lies inside a file that nobody wrote to for hours may be an hour old; clocks may differ by an hour.
  const freshMs = found.at - found.mtimeMs > 2 * hour ? hour : 0;
  const reading = (at: number, fresh: number) =>
    read(path, { offset: at, bytes: spotBytes, become, freshMs: fresh, deadlineMs, silence: 'tells' });
  const replies = yield* askAll(offsets.map((at) => reading(at, freshMs)));
  const isOther = freshMs > 0 && replies.some((reply) => reply.ok && reply.size !== found.size);
  const current = isOther ? yield* askAll(offsets.map((at) => reading(at, 0))) : replies;
  return current.map((reply, index) => spotOf(reply, offsets[index] ?? 0));
}

function spotOf(reply: ReadFound | FileTrouble, at: number): Spot {
  if (!reply.ok) return { at, errno: reply.errno };
  const { bytes } = reply;
  return { at, bytes: bytes.length, zeros: bytes.length > 0 && bytes.every((byte) => byte === 0) };
}

/** SFTP does not tell how much of a file is really there; `stat` does, so it runs for a suspicious one only. */
function* allocated({ path, become }: ModelFileInput): Asking<number | null> {
  const words = ['stat', '-L', '-c', '%b %B', '--', path] as const;
  const reply = yield* ask(run(words, { become, wedges: true, deadlineMs, bytes: 4_096 }));
  const [, blocks, bytes] = /^(\d+) (\d+)\s*$/.exec(reply.exitCode === 0 ? captured(reply.stdout) : '') ?? [];
  return blocks === undefined ? null : Number(blocks) * Number(bytes);
}
