// Prepares a fresh Debian or Ubuntu for `npm test`: npm packages, and the real components that the tests run against.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, root } from './packages.mjs';

/** What tests need beyond Node, and the Debian package that brings it. */
const components = {
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  supervisord: 'supervisor',
  fish: 'fish',
  zsh: 'zsh',
  // Static, so that it is a whole image by itself.
  busybox: 'busybox-static',
  dockerd: 'docker.io',
  curl: 'curl',
  bindfs: 'bindfs',
  fusermount3: 'fuse3',
  chromium: 'chromium',
  git: 'git',
  python3: 'python3',
  // No program: what python3 -m venv wants, which Debian keeps apart.
  ensurepip: 'python3-venv',
};

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
const placeOf = (program) => folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
const has = (program) => {
  if (program === 'ensurepip') return spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0;
  const path = placeOf(program);
  // A busybox that names a loader is the dynamic one, and no image by itself.
  return path !== undefined && (program !== 'busybox' || !readFileSync(path).subarray(0, 4_096).includes('/ld-'));
};
const missing = () => Object.keys(components).filter((program) => !has(program));

// A package's service must neither start now nor at the next boot: the tests start their own on loopback.
const install = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"
if command -v systemctl > /dev/null; then systemctl disable ssh.service supervisor.service docker.service docker.socket containerd.service > /dev/null 2>&1 || true; fi
`;

/** The words that make a command run as root; none when it can not. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return ['sudo', '-n'];
  } catch {
    return undefined;
  }
}

function installComponents(programs) {
  const become = asRoot();
  if (become === undefined || !has('apt-get')) return;
  const packages = programs.map((program) => components[program]);
  console.error(`Installing ${packages.join(', ')} (their services stay off) ...`);
  const [program, ...words] = [...become, 'sh', '-c', install, 'setup', ...packages];
  try {
    execFileSync(program, words, { stdio: ['ignore', 2, 2] });
  } catch (error) {
    console.error(`That did not work: ${error.message}`);
  }
}

/** A container engine and what its containers run are asked for together. */
const engine = ['dockerd', 'busybox'];

/** Test files that skip a suite when a program is not there. */
const suitesThatNeed = (program) =>
  readdirSync(join(root, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => {
      const text = readFileSync(join(root, 'test', file), 'utf8');
      return text.includes(`has('${program}')`) || (engine.includes(program) && text.includes('hasEngine'));
    });

installPackages();
if (missing().length > 0) installComponents(missing());
for (const program of missing()) {
  const suites = suitesThatNeed(program);
  if (suites.length === 0) continue;
  console.error(`No ${program} here (Debian package ${components[program]}). Skipped by name: ${suites.join(', ')}`);
}
