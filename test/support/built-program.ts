import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** A program of this repository, built as the package is, in a folder of its own. */
export interface BuiltProgram {
  readonly path: string;
  /** Environment for its process, with a file that the stand-in app writes down in what it was told. */
  readonly env: Record<string, string>;
  notes(): readonly string[];
  remove(): void;
}

export async function builtProgram(
  source: 'src/rackhand.ts' | 'test/support/stand-in-program.ts',
): Promise<BuiltProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-built-'));
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', join(folder, 'dist'), source]);
  copyFileSync('package.json', join(folder, 'package.json'));
  const notesFile = join(folder, 'notes');
  return {
    path: join(folder, 'dist', basename(source).replace(/ts$/, 'js')),
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, STAND_IN_NOTES: notesFile },
    notes() {
      try {
        return readFileSync(notesFile, 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
