import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { startSandbox } from '../sandbox/index.ts';
import { atTerminal } from './record-change.ts';

/** On a sandbox with a model that was cut off: its playbook run by a person, and the report of that run. */
export async function recordIncident(program: string): Promise<{ run: string; report: string }> {
  const { fleetPath, folder, services, stop } = await startSandbox();
  const env = { program, RACKHAND_FLEET: fleetPath, RACKHAND_STATE: `${folder}/state` };
  try {
    while (!(await services()).some(({ restarts }) => restarts >= 2)) await pause(200);
    const run = stripVTControlCharacters(await atTerminal(['playbook', 'run', 'llama_recover', 'sandbox'], env));
    const id = /run show ([a-z0-9-]+)/.exec(run)?.[1];
    if (id === undefined) throw new Error(`The playbook names no run:\n${run}`);
    const report = await atTerminal(['report', id, '--format', 'chat'], env);
    return { run: shortened(run), report: stripVTControlCharacters(report) };
  } finally {
    await stop();
  }
}

/** What it asks and does; what is left out is said to be. */
function shortened(text: string): string {
  const cuts = [
    [/^Cause$/m, /^What was asked$/m],
    [/^ {2}does /m, /^To approve /m],
  ] as const;
  return cuts.reduce((rest, [from, to]) => {
    const begin = rest.search(from);
    const end = begin + rest.slice(begin).search(to);
    return begin < 0 || end < begin ? rest : `${rest.slice(0, begin)}  [...]\n${rest.slice(end)}`;
  }, text);
}
