import { readFile } from 'node:fs/promises';
import { count } from '../core/format.ts';
import { auditFiles, isMissing, pathOf, type AuditFile } from './audit-files.ts';
import { auditRecordSchema, type AuditRecord, type Head } from './audit-record.ts';
import { chainText, type ChainText } from './chain-read.ts';

/** What is not as it was written. */
export interface Trouble {
  readonly file: string;
  readonly line?: number;
  readonly why: string;
}

export interface AuditState {
  readonly files: number;
  readonly looks: number;
  readonly questions: number;
  readonly changes: number;
  /** Changes of which nobody has written how they ended. */
  readonly open: number;
  readonly pruned: number;
  /** Files whose last line was torn by a crash. */
  readonly torn: readonly string[];
  readonly troubles: readonly Trouble[];
}

/** A head, and the record that names it. */
interface Named extends Head {
  readonly by: string;
}

/** All that was read, with the heads that are named in it. */
interface Reading {
  readonly hashes: Map<string, readonly string[]>;
  readonly pruned: Map<string, Head>;
  readonly named: Named[];
}

/** Whoever takes or gives back a file while the folder is read can make it look as if nobody had it. */
const tries = 3;

/** Reads all of the audit and tells what of it is not as it was written, while others write and prune. */
export async function verifyAudit(folder: string, noted: string | undefined): Promise<AuditState> {
  for (let left = tries - 1; ; left -= 1) {
    const state = await look(folder, noted);
    // A line that is not as it was written does not mend.
    if (left === 0 || state.troubles.length === 0 || state.troubles.some(({ line }) => line !== undefined))
      return state;
  }
}

async function look(folder: string, noted: string | undefined): Promise<AuditState> {
  const tally = { looks: 0, questions: 0, changes: 0, results: 0 };
  const troubles: Trouble[] = [];
  const torn: string[] = [];
  const reading: Reading = { hashes: new Map(), pruned: new Map(), named: [] };
  for (const file of await auditFiles(folder)) {
    const text = await textOf(folder, file.id);
    if (text === undefined) continue;
    if (typeof text === 'string') {
      troubles.push({ file: file.id, why: text });
      continue;
    }
    if (text.condition.is === 'torn') torn.push(file.id);
    troubles.push(...troublesOf(file, text));
    keep(reading, file.id, text);
    for (const [at, record] of text.records.entries()) {
      if (record.type === 'look')
        [tally.looks, tally.questions] = [tally.looks + 1, tally.questions + record.asked.length];
      if (record.type === 'intent') tally.changes += 1;
      if (record.type === 'result') tally.results += 1;
      if ('heads' in record)
        reading.named.push(...record.heads.map((head) => ({ ...head, by: `record ${at + 1} of ${file.id}` })));
    }
  }
  await readAgain(folder, reading);
  troubles.push(...unmet(reading).map(({ head, why }) => ({ file: head.file, why })));
  const { hashes, pruned } = reading;
  if (noted !== undefined && ![...hashes.values()].some((all) => all.includes(noted)))
    troubles.push({
      file: 'audit',
      why: `the head ${noted} is nowhere: what was there when it was noted is not there now`,
    });
  const { results, ...counts } = tally;
  const open = counts.changes - results;
  return { files: hashes.size, ...counts, open, pruned: pruned.size, torn, troubles: unique(troubles) };
}

function keep({ hashes, pruned }: Reading, id: string, { hashes: lines, records }: ChainText<AuditRecord>): void {
  hashes.set(id, lines);
  // One that could not be removed then was written on, and pruned once more.
  for (const record of records)
    if (record.type === 'pruned' && record.seq > (pruned.get(record.file)?.seq ?? 0)) pruned.set(record.file, record);
}

/**
 * Reads what is missing once more: it may have been written or pruned since the others were read. Whoever prunes a file
 * writes that down first, so what is gone by now is told in the changes as they are after that.
 */
async function readAgain(folder: string, reading: Reading): Promise<void> {
  const missing = new Set(unmet(reading).map(({ head }) => head.file));
  if (missing.size === 0) return;
  const changes = async () => (await auditFiles(folder)).filter(({ kind }) => kind === 'changes').map(({ id }) => id);
  for (const ids of [async () => [...missing], changes])
    for (const id of await ids()) {
      const text = await textOf(folder, id);
      if (typeof text === 'object') keep(reading, id, text);
    }
}

/** A file as it can be read, why it can't, or nothing where there is only the right to make it. */
async function textOf(folder: string, id: string): Promise<ChainText<AuditRecord> | string | undefined> {
  const bytes = await readFile(pathOf(folder, id)).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    return thrown instanceof Error ? thrown.message : String(thrown);
  });
  if (bytes === undefined || typeof bytes === 'string') return bytes;
  return chainText(bytes, {
    schema: auditRecordSchema,
    misplaced(record, first) {
      if (first && record.type !== 'began') return 'nobody has begun it';
      return record.type === 'began' && record.file !== id ? `it is of ${record.file}` : undefined;
    },
  });
}

function troublesOf({ id, holder }: AuditFile, { records, condition }: ChainText<AuditRecord>): readonly Trouble[] {
  if (condition.is === 'broken') return [{ file: id, line: condition.line, why: condition.why }];
  const isLeft = holder === 'nobody' || holder === 'full';
  return isLeft && (condition.is === 'torn' || records.at(-1)?.type !== 'ended')
    ? [{ file: id, why: 'whoever wrote it said when it was done, and that is not there any more' }]
    : [];
}

/** The heads that somebody named and that are not there, and why that is so. */
const unmet = ({ named, hashes, pruned }: Reading): readonly { readonly head: Named; readonly why: string }[] =>
  named.flatMap((head) => {
    const why = missing(head, hashes.get(head.file), pruned.get(head.file));
    return why === undefined ? [] : [{ head, why }];
  });

function missing(head: Named, lines: readonly string[] | undefined, pruned: Head | undefined): string | undefined {
  if (lines === undefined) {
    if (pruned !== undefined && pruned.seq >= head.seq) return undefined;
    return `it is gone; ${head.by} names it with ${count(head.seq, 'record')}`;
  }
  const hash = lines[head.seq - 1];
  if (hash === undefined) return `it ends after ${count(lines.length, 'record')}; ${head.by} names ${head.seq}`;
  return hash === head.hash ? undefined : `its record ${head.seq} is another than the one that ${head.by} names`;
}

/** Of a file the first trouble is told: the others mostly follow from it. */
function unique(troubles: readonly Trouble[]): readonly Trouble[] {
  const known = new Map<string, Trouble>();
  for (const trouble of troubles) {
    if (!known.has(trouble.file)) known.set(trouble.file, trouble);
  }
  return [...known.values()];
}
