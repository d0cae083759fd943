import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { OpsError } from '../../../src/core/errors.ts';
import type { RunEntry } from '../../../src/core/run.ts';
import { crc32 } from '../../../src/engine/crc32.ts';
import { createJournal, openJournal, readJournal } from '../../../src/engine/journal.ts';
import { journalText } from '../../../src/engine/journal-read.ts';
import { plannedSet } from '../../support/planned-set.ts';
import { flushes } from '../../support/flushes.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';

const run = { id: 'r1', node: 'gpu-1', tool: 'service_restart', principal: 'ana', why: 'llama hangs' };
const digest = 'a'.repeat(64);
const entries: readonly RunEntry[] = [
  { type: 'planned', set: plannedSet() },
  {
    type: 'approved',
    approval: { digest, node: 'gpu-1', policy: digest, by: 'ben', how: 'terminal', at: 1, until: 9 },
  },
  { type: 'saved', step: 1, way: 'do', before: { pid: 7 }, ids: ['e-1'] },
  { type: 'intent', step: 1, way: 'do', what: 'restart llama' },
  { type: 'result', step: 1, way: 'do', how: 'done', said: 'llama: started ✓\n' },
  { type: 'verified', step: 1, way: 'do', said: 'healthy for 60 s', ids: ['e-2'] },
  { type: 'closed', how: 'verified', said: '' },
];

async function written(folder: string, some: readonly RunEntry[] = entries): Promise<string> {
  const journal = await createJournal(folder, run, () => 7);
  for (const entry of some) await journal.append(entry);
  await journal.close();
  return join(folder, 'r1.jsonl');
}

const reopened = async (folder: string, some: readonly RunEntry[]) => {
  const journal = await openJournal(folder, 'r1', () => 8);
  for (const entry of some) await journal.append(entry);
  await journal.close();
  return journal.condition;
};

test.each([
  ['', '00000000'],
  ['a', 'e8b7be43'],
  ['123456789', 'cbf43926'],
  ['The quick brown fox jumps over the lazy dog', '414fa339'],
])('the CRC-32 of %j is %s', (text, sum) => expect(crc32(Buffer.from(text))).toBe(sum));

test('what was written is read back, by one who goes on with it too', async () => {
  const folder = join(scratchFolder().path, 'state', 'runs');
  const file = await written(folder, entries.slice(0, 4));
  expect(await reopened(folder, entries.slice(4))).toEqual({ is: 'whole' });
  const { records, condition } = await readJournal(folder, 'r1');
  expect(condition).toEqual({ is: 'whole' });
  expect(records).toEqual([
    { type: 'started', when: 7, format: 1, run },
    ...entries.map((entry, at) => ({ ...entry, when: at < 4 ? 7 : 8 })),
  ]);
  expect([folder, file].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
  expect(readdirSync(folder)).toEqual(['r1.jsonl']);
});

test('lines asked for at once are written one after the other, in their order', async () => {
  const folder = scratchFolder().path;
  const journal = await createJournal(folder, run);
  const numbers = await Promise.all(entries.map((entry) => journal.append(entry)));
  await journal.close();
  expect(numbers).toEqual(entries.map((_, at) => at + 2));
  expect(journal.records).toEqual((await readJournal(folder, 'r1')).records);
});

const lineAt = (bytes: Buffer, offset: number) => bytes.subarray(0, offset).toString('latin1').split('\n').length;
const changed = (bytes: Buffer, offset: number, mask: number) => {
  const copy = Buffer.from(bytes);
  copy[offset] = (copy[offset] ?? 0) ^ mask;
  return journalText(copy).condition;
};

/** A journal with a seam in it: torn in its last line, and written on. */
async function seamed(): Promise<Buffer> {
  const folder = scratchFolder().path;
  const file = await written(folder, entries.slice(0, 1));
  appendFileSync(file, '{"seq":3,"prev":"torn');
  await reopened(folder, entries.slice(3, 5));
  return readFileSync(file);
}

test('one byte changed anywhere is found, in its line', async () => {
  const bytes = await seamed();
  expect(journalText(bytes).condition).toEqual({ is: 'whole' });
  // Bytes that end a line, or look as if one ended, are the ones that could mislead.
  const flips = [...bytes].flatMap((byte, at) =>
    ['\n', ' ', '}', '\0'].map((to) => [at, byte ^ to.charCodeAt(0)] as const),
  );
  for (const [at, mask] of flips.filter(([, mask]) => mask !== 0))
    expect(changed(bytes, at, mask), `${at} ^ ${mask}`).toMatchObject({ is: 'broken', line: lineAt(bytes, at) });
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      expect(changed(bytes, at, mask)).toMatchObject({ is: 'broken', line: lineAt(bytes, at) });
    }),
    { numRuns: 2_000 },
  );
});

const conditionOf = (lines: readonly (string | undefined)[]) =>
  journalText(Buffer.from(`${lines.join('\n')}\n`)).condition;

test('lines taken out, put in again or in another order are found', async () => {
  const lines = readFileSync(await written(scratchFolder().path), 'utf8')
    .trimEnd()
    .split('\n');
  expect(conditionOf(lines)).toEqual({ is: 'whole' });
  expect(conditionOf(lines.toSpliced(2, 1))).toMatchObject({ is: 'broken', line: 3 });
  expect(conditionOf(lines.toSpliced(2, 0, lines[1] ?? ''))).toMatchObject({ is: 'broken', line: 3 });
  expect(conditionOf(lines.slice(1))).toMatchObject({ is: 'broken', line: 1 });
});

test('torn at whatever byte, it loses no whole line, is told, and is written on behind a seam', async () => {
  const folder = scratchFolder().path;
  const bytes = readFileSync(await written(folder, entries.slice(0, 2)));
  const first = bytes.indexOf('\n') + 1;
  for (let cut = first; cut < bytes.length; cut += 1) {
    const left = bytes.subarray(0, cut);
    const torn = cut - (left.lastIndexOf('\n') + 1);
    const condition = torn === 0 ? { is: 'whole' } : { is: 'torn', bytes: torn };
    const whole = lineAt(bytes, cut) - 1;
    expect(journalText(left)).toMatchObject({ condition, records: { length: whole } });
    // Going on is tried where a line begins and ends, and at some bytes between: it costs a flush of the disk each time.
    if (torn > 2 && torn % 40 > 0 && bytes[cut] !== 10) continue;
    writeFileSync(join(folder, 'r1.jsonl'), left);
    expect(await reopened(folder, entries.slice(3, 4))).toEqual(condition);
    const after = await readJournal(folder, 'r1');
    expect(after.condition).toEqual({ is: 'whole' });
    expect(after.records.slice(whole).map(({ type }) => type)).toEqual(torn === 0 ? ['intent'] : ['seam', 'intent']);
    expect(readFileSync(join(folder, 'r1.jsonl')).subarray(0, cut)).toEqual(left);
  }
});

test('torn once more while the seam was written, it is told and written on all the same', async () => {
  const folder = scratchFolder().path;
  const whole = await seamed();
  const from = whole.indexOf('"torn') + 5;
  for (let cut = from; cut < whole.length - 1; cut += 23) {
    writeFileSync(join(folder, 'r1.jsonl'), whole.subarray(0, cut));
    await reopened(folder, entries.slice(3, 4));
    expect((await readJournal(folder, 'r1')).condition).toEqual({ is: 'whole' });
  }
});

describe('no line is taken', () => {
  const failure = { code: 'JOURNAL_FAILED', message: expect.stringContaining('nothing may be changed now') };
  const next = entries[3] ?? { type: 'note', said: '' };

  test('by a broken journal, which is left as it is', async () => {
    const folder = scratchFolder().path;
    const file = await written(folder);
    const bytes = readFileSync(file);
    bytes[200] = 0;
    writeFileSync(file, bytes);
    const journal = await openJournal(folder, 'r1');
    expect(journal.condition).toMatchObject({ is: 'broken', line: 1 });
    expect(await rejection(journal.append(next))).toMatchObject(failure);
    await journal.close();
    expect(readFileSync(file)).toEqual(bytes);
  });

  test('after a line that failed, though it could be written', async () => {
    const folder = scratchFolder().path;
    const journal = await createJournal(folder, run);
    appendFileSync(join(folder, 'r1.jsonl'), 'x');
    expect(await rejection(journal.append(next))).toMatchObject(failure);
    writeFileSync(join(folder, 'r1.jsonl'), readFileSync(join(folder, 'r1.jsonl')).subarray(0, -1));
    expect(await rejection(journal.append(next))).toMatchObject(failure);
    await journal.close();
  });

  test('by a journal that was removed, closed, or is of another run', async () => {
    const folder = scratchFolder().path;
    const journal = await createJournal(folder, run);
    copyFileSync(join(folder, 'r1.jsonl'), join(folder, 'r2.jsonl'));
    rmSync(join(folder, 'r1.jsonl'));
    expect(await rejection(journal.append(next))).toMatchObject(failure);
    await journal.close();
    await journal.close();
    expect(await rejection(journal.append(next))).toMatchObject(failure);
    const copy = await openJournal(folder, 'r2');
    expect(copy.condition).toEqual({ is: 'broken', line: 1, why: 'it is of run r1' });
    expect(await rejection(copy.append(next))).toMatchObject(failure);
    await copy.close();
  });
});

const code = async (promise: Promise<unknown>) => ((await rejection(promise)) as OpsError).code;

describe('the disk', () => {
  test('is waited for by what something is done on the strength of, and by nothing else', async () => {
    const datasync = await flushes();
    const journal = await createJournal(scratchFolder().path, run);
    const flushed: string[] = ['started'].filter(() => datasync.mock.calls.length === 1);
    for (const entry of [...entries, { type: 'note', said: '' }] as const) {
      datasync.mockClear();
      await journal.append(entry);
      if (datasync.mock.calls.length === 1) flushed.push(entry.type);
    }
    expect(flushed).toEqual(['started', 'planned', 'approved', 'intent', 'result', 'closed']);
    datasync.mockClear();
    let flush: (() => void) | undefined;
    datasync.mockImplementationOnce(() => new Promise<void>((resolve) => (flush = resolve)));
    let acknowledged = false;
    const appended = journal.append({ type: 'intent', step: 2, way: 'do', what: '' }).then(() => (acknowledged = true));
    await vi.waitFor(() => expect(datasync.mock.calls.length).toBe(1), 20_000);
    expect(acknowledged).toBe(false);
    flush?.();
    await appended;
    await journal.close();
  });

  test('that fails a flush is not asked again', async () => {
    const datasync = await flushes();
    const journal = await createJournal(scratchFolder().path, run);
    datasync.mockRejectedValueOnce(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
    const failure = { code: 'JOURNAL_FAILED', message: expect.stringMatching(/EIO.*nothing may be changed now/) };
    const intent = { type: 'intent', step: 1, way: 'do', what: 'restart llama' } as const;
    expect(await rejection(journal.append(intent))).toMatchObject(failure);
    expect(await rejection(journal.append(intent))).toMatchObject(failure);
    expect(datasync.mock.calls.length).toBe(2);
    expect(journal.records).toHaveLength(1);
    await journal.close();
  });
});

test('a run that is not there, has no name of a run, or is there already', async () => {
  const folder = scratchFolder().path;
  expect(await code(openJournal(join(folder, 'none'), 'r1'))).toBe('UNKNOWN_RUN');
  expect(await code(readJournal(folder, '../etc/passwd'))).toBe('UNKNOWN_RUN');
  await written(folder);
  expect(await code(createJournal(folder, run))).toBe('JOURNAL_FAILED');
  expect(readdirSync(folder)).toEqual(['r1.jsonl']);
});
