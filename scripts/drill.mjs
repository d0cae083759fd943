// `npm run drill`: a sandbox node with a planted fault, for a person or an assistant to work on, and a score of what came
// of it. With a name that fault, with `--all` every fault against its own playbook without anybody.
import { buildWhenOlder, installPackages, program } from './packages.mjs';

installPackages();
buildWhenOlder();
// Only now are the packages certainly there.
const { register } = await import('tsx/esm/api');
register();
const { faults, faultNamed } = await import('../sandbox/faults.ts');
const { drillAll, drillOne } = await import('./drills.ts');

const words = process.argv.slice(2);
const stable = Number(words.find((word) => word.startsWith('--stable='))?.slice(9) ?? 60);
const [name = 'random'] = words.filter((word) => !word.startsWith('--'));
if (words.includes('--list')) for (const fault of faults) console.log(`${fault.name}  ${fault.shows}`);
else if (words.includes('--all')) process.exitCode = await drillAll(program, faults, stable);
else {
  const broken = faults.filter(({ cause }) => cause !== undefined);
  const fault = name === 'random' ? broken[Math.floor(Math.random() * broken.length)] : faultNamed(name);
  process.exitCode = await drillOne(program, fault, stable);
}
