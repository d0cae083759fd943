import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const program = join(root, 'dist', 'rackhand.js');

/** Runs a program in the repository, its output shown on stderr; ends this one when it fails. */
function runHere(...words) {
  const { status, error } = spawnSync(words[0], words.slice(1), { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`\`${words.join(' ')}\` ${error === undefined ? `ended with ${status}` : error.message}`);
  process.exit(1);
}

/** Installs the npm packages where they are missing; those that are there stay as they are. */
export function installPackages() {
  if (existsSync(join(root, 'node_modules', '.package-lock.json'))) return;
  console.error('Installing the npm packages ...');
  runHere('npm', 'ci', '--no-audit', '--no-fund');
}

const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Builds `dist/` where it is missing or older than the sources; ends this program when no program comes of it. */
export function buildWhenOlder() {
  const sources = ['src', 'sandbox'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  const newest = Math.max(
    ...[...sources, 'scripts/build.mjs', 'package.json'].map((file) => changed(join(root, file))),
  );
  if (newest > changed(program)) {
    console.error('Building ...');
    runHere('npm', 'run', '--silent', 'build');
  }
  if (existsSync(program)) return;
  console.error('There is no dist/rackhand.js: the build did not make it.');
  process.exit(1);
}
