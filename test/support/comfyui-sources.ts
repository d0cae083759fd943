import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const standIn = fileURLToPath(new URL('stand-in-comfyui/', import.meta.url));

/** Debian keeps this apart from Python itself, in python3-venv. */
export const canMakeVenvs = spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0;

const git = (folder: string, ...words: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@test', ...words], {
    encoding: 'utf8',
  }).trim();

/** Commits what is given to a repository, which is made where there is none; answers with the commit. */
export function commit(folder: string, files: Readonly<Record<string, string>>, tag?: string): string {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet', '--initial-branch=master');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  git(folder, 'add', '-A');
  git(folder, 'commit', '--quiet', '-m', 'A change');
  if (tag !== undefined) git(folder, 'tag', tag);
  return git(folder, 'rev-parse', 'HEAD');
}

const version = (text: string) => ({ 'comfyui_version.py': `__version__ = "${text}"\n` });

/**
 * Repositories of a simulated ComfyUI with three releases, of which `broken` does not start, and of three custom nodes:
 * `good`, `greedy`, whose requirements nobody can meet, and `faulty`, which does not load. Packages come from a folder.
 */
export function comfyuiSources(folder: string) {
  const [repository, wheels, bundle] = ['ComfyUI.git', 'wheels', 'ComfyUI.bundle'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  mkdirSync(wheels, { recursive: true });
  execFileSync('python3', [
    join(standIn, 'wheels.py'),
    wheels,
    'torch==2.4.1',
    'torch==2.5.0',
    'standin_dep==1.2',
    'node_dep==0.1',
  ]);
  const main = readFileSync(join(standIn, 'main.py'), 'utf8');
  const requirements = 'torch\nstandin_dep>=1.0\n';
  const first = commit(repository, { 'main.py': main, 'requirements.txt': requirements, ...version('0.3.1') }, 'v1');
  commit(repository, { 'main.py': 'raise SystemExit("no such device")\n', ...version('0.3.2') }, 'broken');
  commit(repository, { 'main.py': main, ...version('0.3.3') }, 'v2');
  execFileSync('git', ['-C', repository, 'bundle', 'create', '--quiet', bundle, '--all']);
  const nodes = {
    good: commit(join(folder, 'good'), {
      '__init__.py': 'import node_dep\n',
      'requirements.txt': 'node_dep\ntorch>=2.0\n',
      'install.py': 'import tempfile\nopen("installed", "w").write(tempfile.gettempdir())\n',
    }),
    greedy: commit(join(folder, 'greedy'), { '__init__.py': '', 'requirements.txt': 'torch==2.5.0\n' }),
    faulty: commit(join(folder, 'faulty'), { '__init__.py': 'import nothing_of_that_name\n' }),
  };
  return { folder, repository, wheels, bundle, first, nodes };
}

/** A Python whose environments share one pip, so that each is made in no time. */
export function quickPython(folder: string): string {
  const base = join(folder, 'base');
  execFileSync('python3', ['-m', 'venv', base]);
  const path = join(folder, 'quick-python');
  const script = `#!/bin/sh
set -e
python3 -m venv --without-pip "$3"
for site in "$3"/lib/python3*/site-packages; do
  echo ${base}/lib/\${site#"$3"/lib/} >"$site/shared-pip.pth"
done
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}
