import { readFile, stat } from 'node:fs/promises';
import { auditFiles, isMissing, pathOf } from './audit-files.ts';
import { auditRecordSchema, type AuditRecord } from './audit-record.ts';
import { chainText, type ChainText } from './chain-read.ts';

type Look = Extract<AuditRecord, { type: 'look' }>;
type Change = Omit<Extract<AuditRecord, { type: 'intent' }>, 'type'> & {
  readonly type: 'change';
  /** Nobody has written how it ended: that is unknown. */
  readonly said: string | undefined;
  readonly ms: number | undefined;
};
/** Something that was put to a node. */
export type Entry = Look | Change;

/** Which entries are wanted; all that is left out fits any. */
export interface Wanted {
  /** Epoch ms. */
  readonly since: number;
  readonly node: string | undefined;
  readonly run: string | undefined;
  readonly changes: boolean;
}

export interface Shown {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** Files that are not as they were written; what stands in them before that is among the entries. */
  readonly broken: readonly string[];
}

/** What was put to nodes, as far as it can be read. */
export async function auditEntries(folder: string, wanted: Wanted): Promise<Shown> {
  const entries: Entry[] = [];
  const broken: string[] = [];
  const results = new Map<string, Extract<AuditRecord, { type: 'result' }>>();
  const intents: { readonly place: string; readonly change: Change }[] = [];
  for (const { id, kind } of await auditFiles(folder)) {
    if (kind === 'looks' && wanted.changes) continue;
    const text = await textSince(pathOf(folder, id), wanted.since);
    if (text?.condition.is === 'broken') broken.push(id);
    for (const [at, record] of (text?.records ?? []).entries()) {
      if (record.type === 'look' && fits(record, record.until, wanted)) entries.push(record);
      if (record.type === 'result') results.set(`${record.of.file} ${record.of.seq}`, record);
      if (record.type === 'intent' && fits(record, record.when, wanted))
        intents.push({
          place: `${id} ${at + 1}`,
          change: { ...record, type: 'change', said: undefined, ms: undefined },
        });
    }
  }
  for (const { place, change } of intents) {
    const { said, ms } = results.get(place) ?? {};
    entries.push({ ...change, said, ms });
  }
  return { entries: entries.toSorted((one, other) => one.when - other.when), broken };
}

const fits = (record: Pick<Look, 'node' | 'run'>, last: number, { since, node, run }: Wanted): boolean =>
  last >= since && (node === undefined || record.node === node) && (run === undefined || record.run === run);

/** A file that somebody wrote to since then. */
async function textSince(path: string, since: number): Promise<ChainText<AuditRecord> | undefined> {
  try {
    if ((await stat(path)).mtimeMs < since) return undefined;
    return chainText(await readFile(path), { schema: auditRecordSchema, misplaced: () => undefined });
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}
