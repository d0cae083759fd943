import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { onNode } from '../play/on-node.ts';
import { atOnce, shared } from '../play/over-nodes.ts';
import { callAgain } from './change-inputs.ts';
import { playbookInputs, plays } from './playbook-inputs.ts';
import { playData, playReport } from './play-report.ts';

export const playbookPlan = defineTool({
  name: 'playbook_plan',
  title: 'Plan a playbook',
  summary:
    'Looks at nodes as a runbook does, and says what it would do, why, who notices, what proves it. Changes nothing.',
  effect: 'observe',
  input: z.object(playbookInputs),
  data: playData,
  cli: { positional: ['playbook', 'nodes'] },
  async run(input, ops) {
    const all = plays(ops, input);
    const played = await atOnce(ops, all, (play) =>
      onNode(ops, play, { tool: 'playbook_run', act: (request) => ops.plan(request) }),
    );
    const stopped = shared(played, all.length, ops.fleet.policy.limits);
    return playReport({ played, stopped }, { playbook: input.playbook, args: callAgain(input) });
  },
});
