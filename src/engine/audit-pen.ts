import type { AuditRecord, Head } from './audit-record.ts';
import { openStrand, takeSeat, type Place, type Seat, type Strand } from './audit-strand.ts';

interface Options extends Place {
  /** No more is written to a file that is this long. */
  readonly fileBytes: number;
  /** After a file was begun: others may have to go. */
  begun(): Promise<void>;
}

/** Writes records of one kind, one call after the other. After one that failed, the next tries anew, behind what is torn. */
export function createPen({ begun, fileBytes, ...place }: Options) {
  let seat: Seat | undefined;
  let strand: Strand | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  async function write(records: readonly AuditRecord[]): Promise<Head> {
    const own = (seat ??= await takeSeat(place));
    const begins = strand === undefined;
    const writing = (strand ??= await openStrand(place, own));
    try {
      await writing.chain.write(records, place.kind === 'changes');
    } catch (thrown) {
      strand = undefined;
      await writing.abandon().catch(() => undefined);
      throw thrown;
    }
    const { seq, hash } = writing.chain.last();
    if (writing.chain.bytes() >= fileBytes) await end(true);
    if (begins) await begun();
    return { file: own.id, seq, hash };
  }

  /** That it could not be said leaves it as a crash would: nothing that was written is lost. */
  async function end(full: boolean): Promise<void> {
    const own = strand;
    [strand, seat] = [undefined, undefined];
    await own?.end(full).catch(() => own.abandon().catch(() => undefined));
  }

  return {
    /** Resolves with the place of the last record. What tells of a change is on the disk by then. */
    put: (records: readonly AuditRecord[]): Promise<Head> => inTurn(() => write(records)),
    close: (): Promise<void> => inTurn(() => end(false)),
  };
}

export type Pen = ReturnType<typeof createPen>;
