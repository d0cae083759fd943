import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createJournal, openJournal, readJournal } from '../../src/engine/journal.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';

const run = { id: 'r1', node: 'gpu-1', tool: 'service_restart', principal: 'ana', why: 'llama hangs' };

/** Writes for as long as it lives, and tells of each line its number and what it says once that was acknowledged. */
const writer = `
import { writeSync } from 'node:fs';
import { openJournal } from './src/engine/journal.ts';
const [, , folder, round] = process.argv;
const journal = await openJournal(folder, 'r1');
for (let count = 1; ; count += 1) {
  const said = \`\${round}.\${count} \` + 'x'.repeat((count * 331) % 1_900);
  const kinds = [{ type: 'intent', step: count, way: 'do', what: said }, { type: 'note', said }, { type: 'result', step: count, way: 'do', how: 'done', said }];
  for (const entry of kinds) {
    const seq = await journal.append(entry);
    writeSync(1, JSON.stringify([seq, entry]) + '\\n');
  }
}
`;

/** Runs the writer, kills it after some lines were acknowledged, and gives back all that were. */
async function killed(program: string, folder: string, round: number, after: number) {
  const child = spawn(process.execPath, [program, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout }))
    if (told.push(line) === after) child.kill('SIGKILL');
  await closed;
  return told.map((line) => JSON.parse(line) as [seq: number, entry: object]);
}

test('a writer killed at any moment loses nothing that was acknowledged, and the next one goes on', async () => {
  const { path } = scratchFolder();
  const program = join(path, 'writer.mjs');
  await build({
    stdin: { contents: writer, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const folder = join(path, 'runs');
  await (await createJournal(folder, run)).close();
  for (let round = 1; round <= 20; round += 1) {
    const told = await killed(program, folder, round, 1 + Math.floor(Math.random() * 40));
    const { records, condition } = await readJournal(folder, 'r1');
    expect(['whole', 'torn']).toContain(condition.is);
    expect(told.map(([seq]) => records[seq - 1])).toMatchObject(told.map(([, entry]) => entry));
  }
});

describe.skipIf(process.getuid?.() !== 0 || !has('mount'))('on a full disk (where root may mount)', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rh-journal-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });

  const full = {
    code: 'JOURNAL_FAILED',
    message: expect.stringMatching(/ENOSPC.*nothing may be changed now/),
  };
  const intent = { type: 'intent', step: 1, way: 'do', what: 'x'.repeat(1_500) } as const;

  test('a line that does not fit is refused, and so is every later one until there is room', async () => {
    writeFileSync(join(folder, 'filler'), Buffer.alloc(24_576));
    const journal = await createJournal(folder, run);
    let acknowledged = 1;
    const fill = async (): Promise<never> => {
      for (;;) acknowledged = await journal.append(intent);
    };
    expect(await rejection(fill())).toMatchObject(full);
    rmSync(join(folder, 'filler'));
    expect(await rejection(journal.append({ type: 'note', said: '' }))).toMatchObject(full);
    await journal.close();

    const later = await openJournal(folder, 'r1');
    expect(later.records).toHaveLength(acknowledged);
    expect(acknowledged).toBeGreaterThan(3);
    expect(later.condition).toMatchObject({ is: 'torn' });
    await later.append(intent);
    await later.close();
    expect(await readJournal(folder, 'r1')).toMatchObject({
      condition: { is: 'whole' },
      records: { length: acknowledged + 2 },
    });
  });

  test('no run begins', async () => {
    expect(() => writeFileSync(join(folder, 'filler'), Buffer.alloc(70_000))).toThrow('ENOSPC');
    expect(await rejection(createJournal(folder, run))).toMatchObject(full);
    expect(await rejection(readJournal(folder, 'r1'))).toMatchObject({ code: 'UNKNOWN_RUN' });
  });
});
