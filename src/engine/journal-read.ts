import { runRecordSchema, type RunRecord } from '../core/run.ts';
import { chainText, type ChainText } from './chain-read.ts';

export type JournalText = ChainText<RunRecord>;

/** Reads a journal and tells what of it can be believed. */
export const journalText = (bytes: Buffer): JournalText =>
  chainText(bytes, {
    schema: runRecordSchema,
    misplaced: (record, first) =>
      (record.type === 'started') === first ? undefined : 'a run starts once, on its first line',
  });
