// Everything that can be known in seconds, at once: types, generated files, format, lint, dead code, unit and law tests.
// With `--without-tests` only what `npm test` does not run as well.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { root } from './packages.mjs';

const checks = {
  types: ['tsc', '-p', '.'],
  format: ['oxfmt', '--check', '.'],
  lint: ['oxlint', '--deny-warnings', '.'],
  'dead code': ['knip'],
  // With them the test that the generated files are up to date, and the law of imports.
  ...(!process.argv.includes('--without-tests') && {
    'unit and law tests': ['vitest', 'run', '--project', 'unit', '--reporter', 'default', '--silent=true'],
  }),
};

async function check([name, [program, ...words]]) {
  const child = spawn(`${root}/node_modules/.bin/${program}`, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  return code === 0 ? '' : `\n--- ${name}\n${said}${complained}`;
}

const failures = (await Promise.all(Object.entries(checks).map(check))).filter((failure) => failure !== '');
for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);
