import { readFileSync } from 'node:fs';
import { playbookRun } from '../../src/tools/playbook-run.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { callTool } from './call-tool.ts';
import { changeOps, freeHand } from './change-ops.ts';
import { onJournalLine } from './journal-lines.ts';
import { putFile } from './put-file.ts';
import { fillFile, stateIn, type RollingPlan } from './rolling.ts';

/** Runs a playbook over nodes, and is killed in the moment after it wrote down what it is about to do to one of them. */
const { folder, nodes, killAt } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as RollingPlan;

const journals: string[] = [];
await onJournalLine((_, when, path) => {
  if (!journals.includes(path)) journals.push(path);
  if (when !== 'after' || journals.length < killAt) return;
  if (readFileSync(path, 'utf8').includes('"type":"intent"')) process.kill(process.pid, 'SIGKILL');
});

const transport = createSshTransport();
const { ops } = changeOps({
  state: stateIn(folder),
  transport,
  nodes,
  actions: [putFile()],
  policy: freeHand,
  playbooks: [fillFile(folder)],
});
await callTool(ops, playbookRun, { playbook: 'fill_file', nodes: [], shared: true });
process.exit(0);
