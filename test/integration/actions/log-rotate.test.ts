import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { logRotate } from '../../../src/actions/log-rotate.ts';
import { rotateLog } from '../../../src/actions/rotate-log.ts';
import { onThisMachine } from '../../support/carry-out.ts';
import { deadlyPrograms, nodeShells, runScript, type Shell } from '../../support/node-script.ts';
import { testNode } from '../../support/node.ts';
import { has } from '../../support/requires.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { startSupervisord, type Supervisord } from '../../support/supervisord.ts';
import { until } from '../../support/until.ts';

const isRoot = process.getuid?.() === 0;
const least = 20;
const old = 'a log that is long enough\n';
const text = (path: string) => readFileSync(path, 'utf8');
const linesOf = (said: string) => [...said.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number));
const packed = (path: string) => gunzipSync(readFileSync(path)).toString();
const rotate = (path: string, given: { shell?: Shell; env?: NodeJS.ProcessEnv; uid?: number } = {}) =>
  runScript(rotateLog, [path, path.replace(/([^/]*)$/, '.$1.rackhand-new-'), String(least)], given);

/** A log and its older copies, each of which holds its own number. */
function logWith(...older: readonly number[]) {
  const folder = scratchFolder();
  chmodSync(folder.path, 0o755);
  const path = folder.write('a b$(id)*.log', old, 0o640);
  for (const number of older) folder.write(`a b$(id)*.log.${number}.gz`, gzipSync(String(number)));
  return { path, folder: folder.path };
}
const olderOf = (path: string) =>
  [1, 2, 3, 4, 5, 6].flatMap((number) =>
    existsSync(`${path}.${number}.gz`) ? [`${number}: ${packed(`${path}.${number}.gz`).trim()}`] : [],
  );

for (const shell of nodeShells) {
  describe.skipIf(!has(shell[0]))(`the script under ${shell.join(' ')}`, () => {
    test.each<[readonly number[], readonly string[]]>([
      [[], []],
      [[1], ['2: 1']],
      [
        [1, 2, 3],
        ['2: 1', '3: 2', '4: 3'],
      ],
      [
        [1, 2, 3, 4, 5],
        ['2: 1', '3: 2', '4: 3', '5: 4'],
      ],
      [
        [1, 2, 4, 6],
        ['2: 1', '3: 2', '4: 4', '6: 6'],
      ],
      [
        [2, 3],
        ['2: 2', '3: 3'],
      ],
    ])('moves %j up', async (before, after) => {
      const { path, folder } = logWith(...before);
      const { ino, mode } = statSync(path);
      expect(await rotate(path, { shell })).toEqual({ status: 0, stderr: '' });
      expect(olderOf(path)).toEqual([`1: ${old.trim()}`, ...after]);
      expect(statSync(path)).toMatchObject({ ino, mode, size: 0 });
      expect(statSync(`${path}.1.gz`).mode).toBe(mode);
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    });

    test.each<[string, (path: string) => void, string]>([
      ['is small', (path) => writeFileSync(path, 'short'), 'not that large'],
      [
        'is a link',
        (path) => {
          execFileSync('mv', [path, `${path}.x`]);
          symlinkSync(`${path}.x`, path);
        },
        'no file now',
      ],
      ['has a folder for a copy', (path) => mkdirSync(`${path}.2.gz`), 'is a folder'],
    ])('leaves one that %s', async (_, spoil, why) => {
      const { path } = logWith(1);
      spoil(path);
      expect(await rotate(path, { shell })).toEqual({ status: 65, stderr: expect.stringContaining(why) });
      expect(packed(`${path}.1.gz`)).toBe('1');
    });

    test.skipIf(!isRoot)('leaves what it may not touch (needs root)', async () => {
      const { path, folder } = logWith(1);
      expect(await rotate(path, { shell, uid: 65_534 })).toEqual({
        status: 77,
        stderr: expect.stringContaining('ermission denied'),
      });
      chownSync(path, 65_534, 65_534);
      expect(await rotate(path, { shell, uid: 65_534 })).toMatchObject({ status: 77 });
      expect([text(path), packed(`${path}.1.gz`), readdirSync(folder).length]).toEqual([old, '1', 2]);
    });

    test.skipIf(!isRoot || !has('mount'))('leaves all where there is no room (needs root and mount)', async () => {
      const folder = scratchFolder().path;
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
      onTestFinished(() => void execFileSync('umount', ['-l', folder]));
      const path = join(folder, 'a.log');
      writeFileSync(path, randomBytes(60_000));
      writeFileSync(`${path}.1.gz`, gzipSync('1'));
      expect(await rotate(path, { shell })).toEqual({ status: 73, stderr: expect.stringContaining('No space left') });
      expect([statSync(path).size, packed(`${path}.1.gz`), readdirSync(folder).length]).toEqual([60_000, '1', 2]);
    });
  });
}

test.each(['TERM', 'KILL'] as const)(
  'whichever of its programs is ended by %s, no text is lost, nor an older one but the last',
  async (signal) => {
    for (const when of ['before', 'after'] as const) {
      const programs = deadlyPrograms(signal, when);
      for (let at = 1; ; at += 1) {
        const { path, folder } = logWith(1, 2, 3, 4, 5);
        await rotate(path, { env: programs.until(at) });
        if (programs.ran() < at) break;
        const left = () =>
          readdirSync(folder)
            .filter((name) => !name.startsWith('.'))
            .map((name) => (name.endsWith('.gz') ? packed : text)(join(folder, name)).trim());
        expect(left(), `${when} ${at}`).toEqual(expect.arrayContaining([old.trim(), '1', '2', '3', '4']));
        if (text(path) === '') continue;
        expect(await rotate(path, {})).toMatchObject({ status: 0 });
        expect(left(), `${when} ${at}, again`).toEqual(expect.arrayContaining([old.trim(), '1', '2', '3']));
        expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
      }
    }
  },
);

test('a log that is written all the while loses one moment at most, and its writer goes on in it', async () => {
  const folder = scratchFolder();
  const path = folder.write('a.log', `${'-'.repeat(2_000_000)}\n`);
  const writer = spawn('sh', ['-c', 'n=0; while n=$((n+1)); do echo "line $n"; done >>"$1"', 'x', path]);
  onTestFinished(() => void writer.kill('SIGKILL'));
  const lines = (file: string) => linesOf(text(file));
  await until(() => lines(path).length > 100);
  const log = onThisMachine(
    logRotate,
    { service: 'app', path },
    testNode({ services: { app: { manager: 'none', logs: [path] } } }),
  );
  const change = await log.change();
  expect(await log.done(change)).toMatchObject({ is: 'not_done' });
  expect(await log.send(change)).toEqual({ how: 'done', said: '' });
  await until(() => lines(path).length > 100);
  writer.kill('SIGKILL');
  expect(await log.done(change)).toMatchObject({ is: 'done' });
  expect(text(path)).not.toContain('\0');
  const copied = linesOf(packed(`${path}.1.gz`));
  const since = lines(path);
  expect(copied).toEqual(copied.map((_, index) => index + 1));
  const [first = 0] = since;
  expect(first).toBeGreaterThan(copied.at(-1) ?? 0);
  expect(since).toEqual(since.map((_, index) => first + index));
});

describe.skipIf(!has('supervisord'))('a log that its manager writes (needs supervisord)', () => {
  let daemon: Supervisord;
  beforeAll(async () => {
    daemon = await startSupervisord(`
[program:talks]
command=/bin/sh -c 'mkfifo %(here)s/pipe; while read -r line; do echo "$line"; done <%(here)s/pipe'
stdout_logfile=%(here)s/talks.log
stdout_logfile_maxbytes=0
redirect_stderr=true
startsecs=0
`);
    await until(() => existsSync(join(daemon.folder, 'pipe')));
  });
  afterAll(() => daemon.end());

  test('is found without being declared, and supervisord goes on in it', async () => {
    const path = join(daemon.folder, 'talks.log');
    const pipe = join(daemon.folder, 'pipe');
    const say = spawn('sh', ['-c', 'exec 3>"$1"; echo first >&3; read -r _; echo second >&3; read -r _', 'x', pipe]);
    onTestFinished(() => void say.kill('SIGKILL'));
    await until(() => existsSync(path) && text(path) === 'first\n');
    appendFileSync(path, 'x'.repeat(2_000_000));
    const node = testNode({ services: { talks: { manager: 'supervisor', config: daemon.config } } });
    const log = onThisMachine(logRotate, { service: 'talks', path }, node);
    expect(await onThisMachine(logRotate, { service: 'talks', path: '/etc/passwd' }, node).plan()).toMatchObject({
      can: false,
      because: expect.stringContaining(path),
    });
    const change = await log.change();
    expect(await log.send(change)).toEqual({ how: 'done', said: '' });
    expect(await log.done(change)).toMatchObject({ is: 'done' });
    say.stdin.write('\n');
    await until(() => text(path) === 'second\n');
    expect(packed(`${path}.1.gz`)).toMatch(/^first\nx+$/);
  });
});
