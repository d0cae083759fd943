import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { alterByRun } from '../../src/core/alter.ts';
import { read } from '../../src/core/command.ts';
import { createAudit } from '../../src/engine/audit.ts';
import { verifyAudit, type AuditState } from '../../src/engine/audit-verify.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { standInSession } from '../support/stand-in-session.ts';

/** Files of an audit, by their names. */
type Files = ReadonlyMap<string, Buffer>;

/**
 * An audit of three processes of which two ran at once, and its head, noted when all three had ended. `torn` has a fourth
 * one that was killed in the middle of a line after that.
 */
async function recorded(): Promise<{ whole: Files; torn: Files; head: string; killed: string }> {
  const folder = scratchFolder().path;
  const audit = () => createAudit({ folder, secrets: () => [], warn: () => undefined });
  const acts = async (own: ReturnType<typeof audit>) => {
    const trail = own.trail({ tool: 'node_triage', principal: 'cli:ana' });
    const line = trail.over('gpu-1', standInSession({ '/a': 'x' }).session, { run: 'r1' });
    await line.ask(read('/a'));
    await line.ask(alterByRun(['pm2', 'restart', 'api']));
    await trail.end();
  };
  const [one, two, three, four] = [audit(), audit(), audit(), audit()];
  await acts(one);
  await acts(two);
  await one.close();
  await two.close();
  await acts(three);
  const head = await three.checked('cli:ana');
  await three.close();
  const filesNow = () => new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  const whole = filesNow();
  await acts(four);
  const [token = ''] = readdirSync(folder).filter((name) => name.startsWith('changes') && name.includes('.held-'));
  const killed = `${token.split('.')[0]}.jsonl`;
  renameSync(join(folder, token), join(folder, token.replace(/held-\d+-\d+/, 'held-1-1')));
  appendFileSync(join(folder, killed), '{"seq":13,"prev":"0123456789abcdef0123456789abcdef","record":{"type":"int');
  const torn = filesNow();
  await four.close();
  return { whole, torn, head, killed };
}

/** What verify says of these files after somebody had their way with them. */
async function stateOf(folder: string, files: Files, noted?: string): Promise<AuditState> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  return await verifyAudit(folder, noted);
}

const withOne = (files: Files, name: string, bytes: Buffer): Files => new Map([...files, [name, bytes]]);
const namesOf = (files: Files) => [...files.keys()].filter((name) => name.endsWith('.jsonl'));
const bytesOf = (files: Files, name: string): Buffer => files.get(name) ?? Buffer.alloc(0);

/** Any byte of any file. */
const anywhere = (files: Files) =>
  fc
    .constantFrom(...namesOf(files))
    .chain((name) => fc.record({ name: fc.constant(name), at: fc.nat({ max: bytesOf(files, name).length - 1 }) }));

test('as it was written it is whole, and a line that a kill has torn is told as such', async () => {
  const { path } = scratchFolder();
  const { whole, torn, head, killed } = await recorded();
  const state = { files: 4, looks: 3, questions: 3, changes: 3, open: 0, pruned: 0, torn: [], troubles: [] };
  expect(await stateOf(path, whole)).toEqual(state);
  expect(await stateOf(path, whole, head)).toEqual(state);
  expect(await stateOf(path, torn, head)).toMatchObject({
    troubles: [],
    torn: [killed.replace('.jsonl', '')],
  });
});

test('any byte that was changed is found', async () => {
  const { path } = scratchFolder();
  const { whole } = await recorded();
  const change = fc.record({
    place: anywhere(whole),
    to: fc.oneof(fc.constantFrom(10, 32, 0, 125), fc.nat({ max: 255 })),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ place: { name, at }, to }) => {
      const bytes = Buffer.from(bytesOf(whole, name));
      fc.pre(bytes[at] !== to);
      bytes[at] = to;
      expect((await stateOf(path, withOne(whole, name, bytes))).troubles).not.toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('lines taken out, swapped or put in again are found', async () => {
  const { path } = scratchFolder();
  const { whole } = await recorded();
  for (const name of namesOf(whole)) {
    const lines = bytesOf(whole, name).toString().trimEnd().split('\n');
    for (const [at, line] of lines.entries()) {
      const altered = [
        lines.toSpliced(at, 1),
        lines.toSpliced(at, 0, line),
        lines.toSpliced(at, 2, lines[at + 1] ?? '', line),
      ];
      for (const text of altered) {
        const state = await stateOf(path, withOne(whole, name, Buffer.from(`${text.join('\n')}\n`)));
        expect(state.troubles, `${name} ${at}`).not.toEqual([]);
      }
    }
  }
});

test('a file that was removed, renamed, put in again under another name or emptied is found', async () => {
  const { path } = scratchFolder();
  const { whole } = await recorded();
  for (const name of namesOf(whole)) {
    const bytes = bytesOf(whole, name);
    const other = name.replace(/[0-9a-f]{8}\.jsonl/, '00000000.jsonl');
    const without = new Map([...whole].filter(([each]) => each !== name));
    for (const files of [
      without,
      withOne(without, other, bytes),
      withOne(whole, other, bytes),
      withOne(whole, name, Buffer.alloc(0)),
    ])
      expect((await stateOf(path, files)).troubles, name).not.toEqual([]);
  }
});

test('a file cut at any byte is found where a head was noted, and a torn line is one that nobody relied on', async () => {
  const { path } = scratchFolder();
  const { whole, torn, head, killed } = await recorded();
  await fc.assert(
    fc.asyncProperty(anywhere(whole), async ({ name, at }) => {
      const cut = bytesOf(whole, name).subarray(0, at);
      expect((await stateOf(path, withOne(whole, name, cut), head)).troubles, `${name} ${at}`).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
  const bytes = bytesOf(torn, killed);
  const from = bytes.lastIndexOf('\n') + 1;
  for (let at = from + 1; at < bytes.length; at += 7)
    expect(await stateOf(path, withOne(torn, killed, bytes.subarray(0, at)), head)).toMatchObject({
      troubles: [],
      torn: [expect.any(String)],
    });
});

test('what was written last can be cut off unseen, unless a head was noted: no chain can tell', async () => {
  const { path } = scratchFolder();
  const own = join(path, 'audit');
  const look = async () => {
    const audit = createAudit({ folder: own, secrets: () => [], warn: () => undefined });
    const trail = audit.trail({ tool: 'node_triage', principal: 'cli:ana' });
    await trail.over('gpu-1', standInSession({}).session).ask(read('/a'));
    await trail.end();
    return audit;
  };
  await (await look()).close();
  const files = new Map(readdirSync(own).map((name) => [name, readFileSync(join(own, name))]));
  const second = await look();
  await second.close();
  const third = createAudit({ folder: own, secrets: () => [], warn: () => undefined });
  const head = await third.checked('cli:ana');
  await third.close();
  expect(await verifyAudit(own, head)).toMatchObject({ looks: 2, troubles: [] });
  expect(await stateOf(own, files)).toMatchObject({ looks: 1, troubles: [] });
  expect((await stateOf(own, files, head)).troubles).toEqual([{ file: 'audit', why: expect.stringContaining(head) }]);
});
