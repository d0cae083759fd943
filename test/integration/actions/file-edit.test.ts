import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileEdit } from '../../../src/actions/file-edit.ts';
import { fileRestore } from '../../../src/actions/file-restore.ts';
import { onThisMachine } from '../../support/carry-out.ts';
import { testNode } from '../../support/node.ts';
import { has } from '../../support/requires.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const isRoot = process.getuid?.() === 0;
const sum = (text: string) => createHash('sha256').update(text).digest('hex');
const [before, after] = ['A=1\nCTX=4096 # tokens\n', 'A=1\nCTX=8192 # tokens\n'];
const declaring = (path: string) => testNode({ services: { llama: { manager: 'none', editable: [path] } } });
const toCtx = (path: string, value = '8192') =>
  onThisMachine(fileEdit, { service: 'llama', path, key: 'CTX', value }, declaring(path));
const text = (path: string) => readFileSync(path, 'utf8');
const hidden = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'));

test('a file is edited, is proven by what it holds, and is taken back', async () => {
  const folder = scratchFolder();
  const path = folder.write('llama env*.conf', before, 0o640);
  if (isRoot) chownSync(path, 1234, 1235);
  const { mode, uid, gid } = statSync(path);
  const edit = toCtx(path);
  const change = await edit.change();
  expect(await edit.done(change)).toMatchObject({ is: 'not_done' });
  expect(await edit.send(change)).toEqual({ how: 'done', said: '' });
  expect(text(path)).toBe(after);
  expect(statSync(path)).toMatchObject({ mode, uid, gid });
  expect(await edit.done(change)).toEqual({ is: 'done', mark: sum(after) });
  const kept = `.llama env*.conf.rackhand-${sum(before).slice(0, 12)}`;
  expect(hidden(folder.path)).toEqual([kept]);
  expect(text(join(folder.path, kept))).toBe(before);
  expect(statSync(join(folder.path, kept))).toMatchObject({ mode, uid, gid });

  const back = onThisMachine(fileRestore, change.undo?.args, declaring(path));
  const undo = await back.change();
  expect(undo.diff).toEqual(expect.arrayContaining(['-CTX=8192 # tokens', '+CTX=4096 # tokens']));
  expect(await back.send(undo)).toEqual({ how: 'done', said: '' });
  expect(await back.done(undo)).toEqual({ is: 'done', mark: sum(before) });
  expect(statSync(path)).toMatchObject({ mode, uid, gid });
  expect(hidden(folder.path)).toEqual([]);
  expect(await back.plan()).toMatchObject({ can: false, because: expect.stringContaining('holds again') });
});

test('as large a file as may be edited comes over whole', async () => {
  const large = `${before}${'\\ %s é\\n\t$x`\n'.repeat(20_000)}`.slice(0, 240_000);
  const path = scratchFolder().write('a.env', `\ufeff${large}`);
  const edit = toCtx(path);
  expect(await edit.send(await edit.change())).toEqual({ how: 'done', said: '' });
  expect(text(path)).toBe(`\ufeff${large.replace('4096', '8192')}`);
});

test('edits one upon the other are taken back one after the other', async () => {
  const path = scratchFolder().write('a.env', before);
  const first = await toCtx(path).change();
  await toCtx(path).send(first);
  const second = await toCtx(path, '1').change();
  await toCtx(path, '1').send(second);
  const early = onThisMachine(fileRestore, first.undo?.args, declaring(path));
  expect(await early.plan()).toMatchObject({
    can: false,
    because: expect.stringMatching(/was changed since[\s\S]*-CTX=8192 # tokens\n\+CTX=1 # tokens/),
  });
  for (const { undo } of [second, first]) {
    const back = onThisMachine(fileRestore, undo?.args, declaring(path));
    expect(await back.send(await back.change())).toMatchObject({ how: 'done' });
  }
  expect(text(path)).toBe(before);
});

test('a link stays one, and the file that it leads to is edited where that lies', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder.path, 'releases/7'), { recursive: true });
  symlinkSync('releases/7', join(folder.path, 'now'));
  folder.write('releases/7/real.env', before);
  const path = join(folder.path, 'link.env');
  symlinkSync('now/real.env', path);
  const edit = toCtx(path);
  expect(await edit.send(await edit.change())).toMatchObject({ how: 'done' });
  expect(readlinkSync(path)).toBe('now/real.env');
  expect(text(join(folder.path, 'releases/7/real.env'))).toBe(after);
  expect(hidden(join(folder.path, 'releases/7'))).toHaveLength(1);
});

describe('what changed after the plan is left as it is', () => {
  const changed = { how: 'failed', said: expect.stringContaining('changed since this was planned') };

  test('another content', async () => {
    const folder = scratchFolder();
    const path = folder.write('a.env', before);
    const change = await toCtx(path).change();
    writeFileSync(path, `${before}B=2\n`);
    expect(await toCtx(path).send(change)).toMatchObject(changed);
    expect(await toCtx(path).done(change)).toMatchObject({ is: 'unclear' });
    expect([text(path), hidden(folder.path)]).toEqual([`${before}B=2\n`, []]);
  });

  test('a link that leads elsewhere', async () => {
    const folder = scratchFolder();
    const other = folder.write('other.env', before);
    const path = folder.write('a.env', before);
    const change = await toCtx(path).change();
    execFileSync('ln', ['-sf', other, path]);
    expect(await toCtx(path).send(change)).toMatchObject(changed);
    expect([text(other), hidden(folder.path)]).toEqual([before, []]);
  });
});

const accessList = (file: string) =>
  execFileSync('python3', [
    '-c',
    "import os,sys; print(os.getxattr(sys.argv[1],'system.posix_acl_access').hex())",
    file,
  ]).toString();

test.skipIf(!has('python3'))('an access list is kept, by the backup too (needs python3)', async () => {
  const folder = scratchFolder();
  const path = folder.write('a.env', before, 0o640);
  const set = `import os,struct,sys
entries = [(1,6,-1),(2,4,1234),(4,4,-1),(16,4,-1),(32,0,-1)]
os.setxattr(sys.argv[1],'system.posix_acl_access',struct.pack('<I',2)+b''.join(struct.pack('<HHi',*e) for e in entries))`;
  execFileSync('python3', ['-c', set, path]);
  const given = accessList(path);
  const change = await toCtx(path).change();
  expect(await toCtx(path).send(change)).toMatchObject({ how: 'done' });
  expect([text(path), accessList(path)]).toEqual([after, given]);
  expect(accessList(join(folder.path, hidden(folder.path)[0] ?? ''))).toBe(given);
});

test('10,000 hostile texts stand on the disk byte by byte', async () => {
  const path = scratchFolder().write('a.env', 'START\n');
  const part = fc.constantFrom(
    ...Array.from(`'"\\ $\`!*?[]{}()<>|&;#~^%=-+,.\n\té漢🙂a0`),
    '$(id)',
    '`id`',
    "';id;'",
    '\\0',
    '%s',
    '\r\n',
  );
  const texts = fc.sample(
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    10_000,
  );
  let find = 'START';
  for (let at = 0; at < texts.length; at += 1_000) {
    const own = texts.slice(at, at + 1_000).join('\n');
    const edit = onThisMachine(fileEdit, { service: 'llama', path, find, replace: `${own}END${at}` }, declaring(path));
    expect(await edit.send(await edit.change())).toEqual({ how: 'done', said: '' });
    expect(text(path).endsWith(`${own}END${at}\n`)).toBe(true);
    find = `END${at}`;
  }
});
