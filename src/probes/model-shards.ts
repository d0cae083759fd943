import { list, read, stat } from '../core/command.ts';
import { ask, askAll, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { unfinishedOf, type ModelFileInput } from './model-file.ts';
import { modelHeader, type ModelHeader } from './model-header.ts';
import { shardNames, shardsOfIndex } from './shard-names.ts';

export interface Shard {
  readonly name: string;
  /** Why it can't be looked at; null where it is there. */
  readonly errno: string | null;
  /** An unfinished download of it, where it is missing. */
  readonly part: string | null;
  readonly size: number;
  /** Null where it is missing, and for those after the first `headersRead`. */
  readonly header: ModelHeader | null;
}

/** The files of a model that is stored in parts. */
export type ModelShards =
  | { readonly state: 'single' }
  | { readonly state: 'unreadable'; readonly why: string }
  | { readonly state: 'set'; readonly shards: readonly Shard[] };

const indexBytes = 8 * 1_048_576;
const headersRead = 64;

export const modelShards = defineProbe({
  name: 'model.shards',
  summary: 'Which parts of a model in several files are there, and what their headers say',
  *steps({ path, become }: ModelFileInput): Asking<ModelShards> {
    const known = shardNames(path);
    if (known === null) return { state: 'single' };
    const folder = path.slice(0, path.lastIndexOf('/'));
    const names = known.by === 'number' ? known.names : yield* fromIndex(path, become);
    if (typeof names === 'string') return { state: 'unreadable', why: names };
    const found = yield* askAll(names.map((name) => stat(`${folder}/${name}`, { become })));
    const isThere = (index: number) => found[index]?.ok === true;
    const read = names.filter((_, index) => isThere(index)).slice(0, headersRead);
    const headers = yield* inStep(read.map((name) => modelHeader.steps({ path: `${folder}/${name}`, become })));
    const beside = found.every(({ ok }) => ok) ? undefined : yield* ask(list(folder || '/', { become }));
    const shards = names.map((name, index): Shard => {
      const reply = found[index];
      const part = reply?.ok !== true && beside?.ok === true ? (unfinishedOf(name, beside)[0]?.name ?? null) : null;
      const errno = reply?.ok === true ? null : (reply?.errno ?? 'EUNKNOWN');
      return {
        name,
        errno,
        part,
        size: reply?.ok === true ? reply.size : 0,
        header: headers[read.indexOf(name)] ?? null,
      };
    });
    return { state: 'set', shards };
  },
});

function* fromIndex(path: string, become: 'sudo' | undefined): Asking<readonly string[] | string> {
  const index = yield* ask(read(path, { bytes: indexBytes, become }));
  if (!index.ok) return `it can not be read (${index.errno})`;
  if (index.bytes.length < index.size) return `only ${index.bytes.length} of its ${index.size} bytes came`;
  return shardsOfIndex(new TextDecoder().decode(index.bytes));
}
