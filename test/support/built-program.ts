import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

/** A program of this repository, built as the package is. */
export interface BuiltProgram {
  readonly path: string;
  /** Environment for its process, with a home of its own and a file that the stand-in app writes down in what it was told. */
  readonly env: Record<string, string>;
  notes(): readonly string[];
  remove(): void;
}

type Source = 'src/rackhand.ts' | `test/support/${'stand-in' | 'crash' | 'rolling'}-program.ts`;

export async function builtProgram(source: Source): Promise<BuiltProgram> {
  const path = await built(source);
  const home = mkdtempSync(join(tmpdir(), 'rh-home-'));
  const notesFile = join(home, 'notes');
  return {
    path,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, STAND_IN_NOTES: notesFile },
    notes() {
      try {
        return readFileSync(notesFile, 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Built once for all test files of a run; of two that build it at once, the first one's is taken. */
async function built(source: Source): Promise<string> {
  const name = basename(source, '.ts');
  const shared = join(inject('runFolder'), name);
  if (!existsSync(shared)) {
    const own = mkdtempSync(`${shared}-`);
    await promisify(execFile)(process.execPath, ['scripts/build.mjs', join(own, 'dist'), source]);
    copyFileSync('package.json', join(own, 'package.json'));
    await rename(own, shared).catch((error: unknown) => {
      if (!existsSync(shared)) throw error;
    });
  }
  return join(shared, 'dist', `${name}.js`);
}
