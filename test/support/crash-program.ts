import { readFileSync } from 'node:fs';
import { actions } from '../../src/actions/index.ts';
import type { Wanted } from '../../src/core/action.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { changeOps, freeHand } from './change-ops.ts';
import { onJournalLine } from './journal-lines.ts';
import { putFile } from './put-file.ts';

/**
 * Changes a node, and is killed at one boundary of its journal.
 *
 * Words: a file of JSON with what to do. `at` counts the lines of the journal that this process writes; `before` kills it
 * before that line is written, with all that was done since the line before it.
 */
interface Plan {
  readonly state: string;
  readonly node: Parameters<typeof changeOps>[0]['nodes'][number];
  /** What gets a new text, where no other steps are given. */
  readonly paths: readonly string[];
  readonly steps?: readonly Wanted[];
  readonly kill?: { readonly at: number; readonly before: boolean };
}

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan;
const { kill } = plan;

const lines = await onJournalLine((line, when) => {
  if (line === kill?.at && kill.before === (when === 'before')) process.kill(process.pid, 'SIGKILL');
});

const transport = createSshTransport();
const { ops } = changeOps({
  state: plan.state,
  transport,
  nodes: [plan.node],
  actions: [putFile(), ...actions],
  policy: freeHand,
});
const steps = plan.steps ?? plan.paths.map((path) => ({ action: 'test.put', args: { path, text: 'new' } }));
const outcome = await ops.change({ tool: 'test_put', node: plan.node, why: 'a test', steps });
process.stdout.write(`${JSON.stringify({ state: outcome.state, said: outcome.said, lines: lines() })}\n`);
await transport.close();
process.exit(0);
