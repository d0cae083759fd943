import { actions } from './actions/index.ts';
import { catalog } from './catalog.ts';
import { checks } from './checks/index.ts';
import { modelChecks } from './checks/model-checks.ts';
import { signatures } from './checks/signatures/index.ts';
import { everywhere } from './cli/everywhere.ts';
import { ownCommands } from './cli/own-commands.ts';
import type { KnownNames } from './config/known-names.ts';
import { placeholderNames } from './core/playbook.ts';
import { playbooks } from './playbooks/index.ts';
import { nvidiaSmiFailures } from './probes/nvidia-smi-failures.ts';
import { playbookRun } from './tools/playbook-run.ts';

const toolNames = catalog.flatMap(({ name, cli }) => [name, ...(cli.alias === undefined ? [] : [cli.alias])]);
const flags = everywhere().map(({ key }) => key);

/** All that a playbook of a fleet may name, and what it may not be called. */
export const knownNames: KnownNames = {
  checks: checks.map(({ name }) => name),
  modelChecks: modelChecks.map(({ name }) => name),
  signatures: [...new Set([...signatures, ...nvidiaSmiFailures].map(({ id }) => id))],
  actions,
  taken: new Map([
    ...ownCommands.map(({ words }) => [words.replaceAll(' ', '_'), 'a command'] as const),
    ...toolNames.map((name) => [name, 'a tool'] as const),
    ...playbooks.map(({ name }) => [name, 'a built-in playbook'] as const),
  ]),
  // A playbook that takes a version may ask for it by that name: rackhand's own stands before the command.
  takenInputs: [
    ...placeholderNames,
    'yes',
    ...Object.keys(playbookRun.input.shape),
    ...flags.filter((key) => key !== 'version'),
  ],
};
