// `npm run demo`: a sandbox node with a planted incident, triaged over SSH through a real MCP client.
// `--keep` leaves the node running until Ctrl-C and says how to reach it from an assistant.
import { buildWhenOlder, installPackages, program } from './packages.mjs';

const keep = process.argv.includes('--keep');
installPackages();
buildWhenOlder();
// Only now are the packages certainly there.
const { register } = await import('tsx/esm/api');
register();
const { startSandbox } = await import('../sandbox/index.ts');
const { triage } = await import('./triage.ts');
const { connections } = await import('../src/drill/connections.ts');
const { paint } = await import('./paint.ts');

const say = (line) => console.error(paint(line, process.stderr));

say('Starting a sandbox node: a real SSH server, a real pm2, three services, a model file that was cut off ...');
const sandbox = await startSandbox();
await flapping(sandbox);
say('llama was restarted twice and will not come up. Asking the MCP server for node_triage ...\n');

const { text, findings } = await triage(program, sandbox, say);
console.log(paint(text, process.stdout));

const found = findings.some(
  ({ role, check, subject }) => role === 'cause' && check === 'model.complete' && subject === `model:${sandbox.model}`,
);
say(
  found
    ? '\nThe planted fault was found.'
    : '\nThe planted fault, a model file that was cut off, was NOT named as the cause.',
);
process.exitCode = found ? 0 : 1;

if (keep) {
  console.log(connections(program, { RACKHAND_FLEET: sandbox.fleetPath }, ['mcp']));
  console.log(
    `\nTo end the incident, put the whole model in place and triage again:\n  cp ${sandbox.wholeModel} ${sandbox.model}`,
  );
  // The sandbox's SSH server keeps this process alive; the signal ends it and cleans up.
  say('\nThe node runs until you press Ctrl-C.');
} else {
  await sandbox.stop();
}

/** Waits until pm2 has restarted llama twice. Errors: after a minute without. */
async function flapping({ services }) {
  const until = Date.now() + 60_000;
  for (;;) {
    const llama = (await services()).find(({ name }) => name === 'llama');
    if (llama !== undefined && llama.restarts >= 2) return;
    if (Date.now() > until) throw new Error(`pm2 does not restart llama: ${JSON.stringify(llama)}`);
  }
}
