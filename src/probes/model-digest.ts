import { read, run, stat, type StatFound } from '../core/command.ts';
import { captured } from '../core/capture.ts';
import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { bothOutputs, fileTextIfAny } from '../core/reply.ts';
import type { ModelFileInput } from './model-file.ts';

/** The sha256 of a whole model, computed on the node. */
export type ModelDigest =
  | { readonly state: 'unseen'; readonly why: string }
  | {
      readonly state: 'seen';
      readonly sha256: string;
      readonly size: number;
      /** Written to while it was read: the hash is of no file that ever was. */
      readonly changed: boolean;
      readonly tookMs: number;
      /** What the downloader wrote down that it should be: the name of a blob, the notes of huggingface_hub. */
      readonly noted: string | null;
    };

/** Lowest priority first; then as far as the node has the programs. */
const programs: readonly (readonly [string, ...string[]])[] = [
  ['nice', '-n', '19', 'ionice', '-c', '3', 'sha256sum', '--'],
  ['nice', '-n', '19', 'sha256sum', '--'],
  ['sha256sum', '--'],
  ['openssl', 'dgst', '-sha256', '-r'],
];
/** 200 GB from a network volume at 30 MB/s. */
const deadlineMs = 2 * 3_600_000;

/** Reads all of a file, which can take long: never part of a triage, only of what was asked for. */
export const modelDigest = defineProbe({
  name: 'model.digest',
  summary: 'The sha256 of a model file, read whole on the node at low priority; only when asked for',
  *steps({ path, become }: ModelFileInput): Asking<ModelDigest> {
    const before = yield* ask(stat(path, { become }));
    if (!before.ok) return { state: 'unseen', why: `${path} can not be looked at (${before.errno}).` };
    if (before.type !== 'file') return { state: 'unseen', why: `${path} is a ${before.type}.` };
    const noted = yield* notedHash(path, before, become);
    for (const words of programs) {
      const reply = yield* ask(run([...words, path], { become, deadlineMs, wedges: true, bytes: 65_536 }));
      // sha256sum begins the line with a backslash where the name holds one.
      const sha256 = /^\\?([0-9a-f]{64})\b/.exec(captured(reply.stdout))?.[1];
      if (sha256 !== undefined && reply.exitCode === 0) {
        const after = yield* ask(stat(path, { become }));
        const changed = !after.ok || after.size !== before.size || after.mtimeMs !== before.mtimeMs;
        return { state: 'seen', sha256, size: before.size, changed, tookMs: Math.round(reply.ms), noted };
      }
      const said = bothOutputs(reply);
      if (reply.exitCode !== 127 && !/^(?:io)?nice:/m.test(said))
        return { state: 'unseen', why: `${path} can not be hashed: ${said.slice(0, 200) || 'its program was ended'}.` };
    }
    return { state: 'unseen', why: 'the node has neither sha256sum nor openssl.' };
  },
});

/** Blobs of huggingface_hub and ollama are named after their hash; into a plain folder the hub writes notes beside. */
function* notedHash(path: string, { link }: StatFound, become: 'sudo' | undefined): Asking<string | null> {
  const named = /(?:^|\/)(?:blobs\/|sha256-)([0-9a-f]{64})$/.exec(link ?? path)?.[1];
  if (named !== undefined) return named;
  const at = path.lastIndexOf('/');
  const notes = `${path.slice(0, at)}/.cache/huggingface/download${path.slice(at)}.metadata`;
  const reply = yield* ask(read(notes, { bytes: 1_024, become }));
  return /^([0-9a-f]{64})$/m.exec(fileTextIfAny(reply) ?? '')?.[1] ?? null;
}
