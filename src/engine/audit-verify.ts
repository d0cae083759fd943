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

/** While others write and prune, a look at one file after the other can see what never was at one time. */
const tries = 3;

/** Reads all of the audit and tells what of it is not as it was written. */
export async function verifyAudit(folder: string, noted: string | undefined): Promise<AuditState> {
  for (let left = tries - 1; ; left -= 1) {
    const state = await look(folder, noted);
    // A line that is not as it was written does not mend.
    if (left === 0 || state.troubles.length === 0 || state.troubles.some(({ line }) => line !== undefined))
      return state;
  }
}

async function look(folder: string, noted: string | undefined): Promise<AuditState> {
  const files = await auditFiles(folder);
  const tally = { looks: 0, questions: 0, changes: 0, results: 0 };
  const troubles: Trouble[] = [];
  const torn: string[] = [];
  const named: Named[] = [];
  const hashes = new Map<string, readonly string[]>();
  const pruned = new Map<string, Head>();
  for (const file of files) {
    const text = await textOf(folder, file);
    if (text === undefined) continue;
    if (typeof text === 'string') {
      troubles.push({ file: file.id, why: text });
      continue;
    }
    const { records, condition } = text;
    hashes.set(file.id, text.hashes);
    if (condition.is === 'torn') torn.push(file.id);
    troubles.push(...troublesOf(file, text));
    for (const [at, record] of records.entries()) {
      if (record.type === 'look')
        [tally.looks, tally.questions] = [tally.looks + 1, tally.questions + record.asked.length];
      if (record.type === 'intent') tally.changes += 1;
      if (record.type === 'result') tally.results += 1;
      if (record.type === 'pruned') pruned.set(record.file, record);
      if ('heads' in record)
        named.push(...record.heads.map((head) => ({ ...head, by: `record ${at + 1} of ${file.id}` })));
    }
  }
  for (const head of named) {
    const why = missing(head, hashes.get(head.file), pruned.get(head.file));
    if (why !== undefined) troubles.push({ file: head.file, why });
  }
  if (noted !== undefined && ![...hashes.values()].some((all) => all.includes(noted)))
    troubles.push({
      file: 'audit',
      why: `the head ${noted} is nowhere: what was there when it was noted is not there now`,
    });
  const { results, ...counts } = tally;
  return {
    files: hashes.size,
    ...counts,
    open: counts.changes - results,
    pruned: pruned.size,
    torn,
    troubles: unique(troubles),
  };
}

/** A file as it can be read, why it can't, or nothing where there is only the right to make it. */
async function textOf(folder: string, { id }: AuditFile): Promise<ChainText<AuditRecord> | string | undefined> {
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

/** Why a line that somebody saw is not there now. */
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
