import type { FileHandle } from 'node:fs/promises';
import { OpsError } from '../core/errors.ts';
import { runRecordSchema, type RunEntry, type RunRecord } from '../core/run.ts';
import type { Condition } from './chain-read.ts';
import { chainWriter } from './chain-write.ts';
import type { JournalText } from './journal-read.ts';

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
  const chain = chainWriter({ file, now, found });
  let broken: unknown =
    found.condition.is === 'broken' ? new Error(`line ${found.condition.line}: ${found.condition.why}`) : undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  const write = async (record: RunRecord): Promise<number> => {
    if (broken !== undefined) return failed(path)(broken);
    try {
      records.push(...(await chain.write([record], promises.has(record.type))));
      return chain.last().seq;
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
