import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { replaceFile } from '../../../src/actions/replace-file.ts';
import { deadlyPrograms, nodeShells, runScript, type Shell } from '../../support/node-script.ts';
import { has } from '../../support/requires.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const isRoot = process.getuid?.() === 0;
const sum = (text: string) => createHash('sha256').update(text).digest('hex');
const [before, after] = ['A=1\nCTX=4096 # tokens\n', 'A=1\nCTX=8192 # tokens\n'];
const text = (path: string) => readFileSync(path, 'utf8');
const hidden = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'));

interface Case {
  readonly shell?: Shell;
  readonly env?: NodeJS.ProcessEnv;
  readonly was?: string;
  readonly will?: string;
  readonly input?: string;
  readonly way?: string;
  readonly uid?: number;
}

/** The script itself, under a shell, as it would be sent. */
async function script(path: string, { was = before, will = after, input = after, way = 'edit', ...given }: Case) {
  const beside = (end: string) => path.replace(/([^/]*)$/, `.$1.rackhand-${end}`);
  const kept = beside(sum(way === 'edit' ? was : will).slice(0, 12));
  const words = [path, path, kept, beside('new-'), sum(was), sum(will), way];
  return { ...(await runScript(replaceFile, words, { ...given, input })), kept };
}

const folderWith = (mode = 0o644) => {
  const folder = scratchFolder();
  chmodSync(folder.path, 0o755);
  return { folder: folder.path, path: folder.write('a b$(id)*.conf', before, mode) };
};

for (const shell of nodeShells) {
  describe.skipIf(!has(shell[0]))(`the script under ${shell.join(' ')}`, () => {
    test('edits and takes back', async () => {
      const { folder, path } = folderWith(0o444);
      const { kept, ...ended } = await script(path, { shell });
      expect(ended).toEqual({ status: 0, stderr: '' });
      expect([text(path), text(kept), statSync(path).mode & 0o777]).toEqual([after, before, 0o444]);
      expect(await script(path, { shell, way: 'undo', was: after, will: before, input: '' })).toMatchObject({
        status: 0,
      });
      expect([text(path), readdirSync(folder)]).toEqual([before, ['a b$(id)*.conf']]);
    });

    test.skipIf(!has('busybox'))('does so with the programs of busybox', async () => {
      const bin = scratchFolder();
      for (const name of ['sh', 'cat', 'chmod', 'cp', 'dd', 'ls', 'mv', 'readlink', 'rm', 'sha256sum'])
        symlinkSync('/usr/bin/busybox', join(bin.path, name));
      const { path } = folderWith(0o640);
      expect(
        await script(path, { shell: [`/usr/bin/${shell[0]}`, ...shell.slice(1)], env: { PATH: bin.path } }),
      ).toMatchObject({ status: 0, stderr: '' });
      expect([text(path), statSync(path).mode & 0o777]).toEqual([after, 0o640]);
    });

    test('refuses a content that came over another than it was sent', async () => {
      const { folder, path } = folderWith();
      expect(await script(path, { shell, input: after.slice(0, -3) })).toMatchObject({
        status: 74,
        stderr: 'what was written is not what was meant\n',
      });
      expect([text(path), readdirSync(folder)]).toEqual([before, ['a b$(id)*.conf']]);
    });

    test('mends a backup that is none, and removes what an earlier one left', async () => {
      const { folder, path } = folderWith();
      const leftover = join(folder, '.a b$(id)*.conf.rackhand-new-99');
      const foreign = join(folder, '.a bX.conf.rackhand-new-99');
      for (const file of [leftover, foreign, join(folder, `.a b$(id)*.conf.rackhand-${sum(before).slice(0, 12)}`)])
        writeFileSync(file, 'half');
      const { status, kept } = await script(path, { shell });
      expect([status, text(kept), existsSync(leftover), existsSync(foreign)]).toEqual([0, before, false, true]);
    });

    test('follows no link that somebody planted where the backup belongs', async () => {
      const { folder, path } = folderWith();
      const victim = join(folder, 'victim');
      writeFileSync(victim, 'precious');
      symlinkSync(victim, join(folder, `.a b$(id)*.conf.rackhand-${sum(before).slice(0, 12)}`));
      const { status, kept } = await script(path, { shell });
      expect([status, text(victim), lstatSync(kept).isSymbolicLink(), text(kept)]).toEqual([
        0,
        'precious',
        false,
        before,
      ]);
    });

    test.skipIf(!isRoot)('says what it may not (needs root)', async () => {
      const { folder, path } = folderWith();
      expect(await script(path, { shell, uid: 65_534 })).toMatchObject({
        status: 77,
        stderr: expect.stringContaining('ermission denied'),
      });
      chmodSync(folder, 0o777);
      expect(await script(path, { shell, uid: 65_534 })).toMatchObject({
        status: 77,
        stderr: expect.stringMatching(/owner -rw-r--r--.* 0:0 would become .* 65534:65534/),
      });
      expect([text(path), readdirSync(folder)]).toEqual([before, ['a b$(id)*.conf']]);
    });

    test.skipIf(!isRoot || !has('mount'))(
      'leaves all as it was where there is no room, or no way to write (needs root and mount)',
      async () => {
        const folder = scratchFolder().path;
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
        onTestFinished(() => void execFileSync('umount', ['-l', folder]));
        const path = join(folder, 'a.env');
        writeFileSync(path, before);
        const long = `${before}${'x'.repeat(60_000)}`;
        expect(await script(path, { shell, will: long, input: long })).toMatchObject({
          status: 73,
          stderr: expect.stringContaining('No space left'),
        });
        expect([text(path), readdirSync(folder)]).toEqual([before, ['a.env']]);
        execFileSync('mount', ['-o', 'remount,ro', folder]);
        expect(await script(path, { shell })).toMatchObject({
          status: 77,
          stderr: expect.stringContaining('ead-only file system'),
        });
        expect([text(path), readdirSync(folder)]).toEqual([before, ['a.env']]);
      },
    );
  });
}

interface Fate {
  readonly now: string;
  readonly status: number | null;
  readonly backup: string | undefined;
  readonly unfinished: readonly string[];
  /** What a second edit comes to, where the first did nothing. */
  readonly again: unknown;
}

/** Ends it at each of its programs in turn. */
async function endedAtEach(signal: 'TERM' | 'KILL', when: 'before' | 'after'): Promise<readonly Fate[]> {
  const programs = deadlyPrograms(signal, when);
  const fates: Fate[] = [];
  for (let at = 1; ; at += 1) {
    const folder = scratchFolder();
    const path = folder.write('a.env', before);
    const { status, kept } = await script(path, { env: programs.until(at) });
    if (programs.ran() < at) return fates;
    const now = text(path);
    const backup = existsSync(kept) ? text(kept) : undefined;
    const unfinished = hidden(folder.path).filter((name) => join(folder.path, name) !== kept);
    const second = now === before ? (await script(path, {})).status : 0;
    fates.push({ now, status, backup, unfinished, again: [second, text(path), hidden(folder.path).length] });
  }
}

test.each(['TERM', 'KILL'] as const)(
  'whichever of its programs is ended by %s, there is one content or the other, and nothing is left for good',
  async (signal) => {
    const fates = (await Promise.all([endedAtEach(signal, 'before'), endedAtEach(signal, 'after')])).flat();
    expect(new Set(fates.map(({ now }) => now))).toEqual(new Set([before, after]));
    const whole = fates.filter(({ now }) => now === after);
    expect(new Set(whole.map(({ backup }) => backup))).toEqual(new Set([before]));
    expect(fates.filter(({ now, status }) => status === 0 && now !== after)).toEqual([]);
    for (const { again } of fates) expect(again).toEqual([0, after, 1]);
    const left = fates.filter(({ now, backup, unfinished }) => unfinished.length > 0 || (now === before && backup));
    expect(left.length > 0).toBe(signal === 'KILL');
  },
);
