import type { FileHandle } from 'node:fs/promises';
import { OpsError } from '../core/errors.ts';
import { runRecordSchema, type RunEntry, type RunRecord } from '../core/run.ts';
import { lineOf, sha256, type Link } from './journal-line.ts';
import { tornMark, type Condition, type JournalText } from './journal-read.ts';

/** What something is done on the strength of. The other records lie on disk with the next of these. */
const promises: ReadonlySet<RunRecord['type']> = new Set<RunRecord['type']>([
  'started',
  'planned',
  'approved',
  'intent',
  'result',
  'closed',
]);

export interface Journal {
  /** Those found and those written since. */
  readonly records: readonly RunRecord[];
  /** As it was found; what was torn is marked as such by the next line. */
  readonly condition: Condition;
  /**
   * Resolves with the number of the line when it is written, and on disk where something is done on the strength of it.
   *
   * Errors: `JOURNAL_FAILED`, then for every later line too: nothing may be changed any more.
   */
  append(entry: RunEntry): Promise<number>;
  /** Waits for what is being written, and lets another write. */
  close(): Promise<void>;
}

/** A journal as it was read, and how long it is. */
export type Found = JournalText & { readonly bytes: number };

interface Writing {
  readonly path: string;
  readonly file: FileHandle;
  readonly release: () => Promise<void>;
  readonly now: () => number;
  readonly found: Found;
}

/** The writing half of a journal, whose lock its caller holds. */
export function journalWriter({ path, file, release, now, found }: Writing) {
  const records = [...found.records];
  let { next, torn, bytes } = found;
  let broken: unknown =
    found.condition.is === 'broken' ? new Error(`line ${found.condition.line}: ${found.condition.why}`) : undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  const write = async (record: RunRecord): Promise<number> => {
    if (broken !== undefined) return failed(path)(broken);
    try {
      const { size, nlink } = await file.stat();
      if (nlink === 0 || size !== bytes) throw new Error('someone else has changed or removed it');
      const written = [...seamOf(torn, now), record];
      const lines = linesOf(written, next);
      const added = Buffer.concat([...(torn.length > 0 ? [tornMark] : []), lines.bytes]);
      await file.appendFile(added);
      if (promises.has(record.type)) await file.datasync();
      bytes += added.length;
      next = lines.next;
      torn = Buffer.alloc(0);
      records.push(...written);
      return next.seq - 1;
    } catch (thrown) {
      // After a failed sync nobody knows what the disk has: a second one that succeeds would say nothing of the first.
      broken = thrown;
      return failed(path)(thrown);
    }
  };

  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const journal: Journal = {
    records,
    condition: found.condition,
    async append(entry) {
      const record = runRecordSchema.parse({ ...entry, when: now() });
      return await inTurn(() => write(record));
    },
    close: () =>
      (closing ??= inTurn(async () => {
        broken ??= new Error('it was closed');
        await file.close();
        await release();
      })),
  };
  return { write, journal };
}

/** What vouches for the bytes that a crash has torn, with the mark that ends them. */
function seamOf(torn: Buffer, now: () => number): readonly RunRecord[] {
  if (torn.length === 0) return [];
  const left = Buffer.concat([torn, tornMark]);
  return [{ type: 'seam', when: now(), bytes: left.length, sha256: sha256(left) }];
}

function linesOf(records: readonly RunRecord[], from: Link): { bytes: Buffer; next: Link } {
  let next = from;
  const lines = records.map((record) => {
    const made = lineOf(record, next);
    next = made.next;
    return Buffer.concat([made.line, Buffer.from('\n')]);
  });
  return { bytes: Buffer.concat(lines), next };
}

/** Throws what stopped the writing as an error that says what it means. */
export const failed =
  (path: string) =>
  (cause: unknown): never => {
    if (cause instanceof OpsError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OpsError(
      'JOURNAL_FAILED',
      `The journal ${path} can not be relied on (${why}): nothing may be changed now.`,
      {
        cause,
        hint: 'Look at the disk and the file; what was sent before and has no result there is unknown.',
      },
    );
  };
