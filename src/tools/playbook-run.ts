import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { onNode } from '../play/on-node.ts';
import { atOnce, overNodes, shared } from '../play/over-nodes.ts';
import { callAgain } from './change-inputs.ts';
import { playbookInputs, plays } from './playbook-inputs.ts';
import { playData, playReport } from './play-report.ts';

export const playbookRun = defineTool({
  name: 'playbook_run',
  title: 'Run a playbook',
  summary:
    'Looks, does after approval the one thing that helps, proves it or takes it back, and looks again. One node first, then the others. What it can not mend is left to a person.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    ...playbookInputs,
    serial: z.string().default('1').describe('At once after the first: 5, 25%'),
    maxfail: z.number().min(0).max(100).default(0).describe('Percent of nodes that may fail'),
    shared: z.boolean().default(false).describe('Also where the nodes seem to share a cause'),
    plan: z.boolean().default(false).describe('Only plan'),
  }),
  data: playData,
  cli: { positional: ['playbook', 'nodes'] },
  async run(input, ops) {
    const all = plays(ops, input);
    const asked = { playbook: input.playbook, args: callAgain(input) };
    const planning = { tool: 'playbook_run', act: (request: Parameters<typeof ops.plan>[0]) => ops.plan(request) };
    if (input.plan || (all.length > 1 && !input.shared)) {
      const played = await atOnce(ops, all, (play) => onNode(ops, play, planning));
      const stopped = input.shared ? undefined : shared(played, all.length, ops.fleet.policy.limits);
      if (input.plan) return playReport({ played, stopped }, asked);
      if (stopped !== undefined) return playReport({ played, stopped, isHeld: true }, asked);
    }
    const hand = {
      tool: 'playbook_run',
      act: (request: Parameters<typeof ops.change>[0]) => ops.change(request),
      leave: (escalation: Parameters<typeof ops.escalate>[0]) => ops.escalate(escalation),
    };
    const rolling = { serial: input.serial, maxFailPercent: input.maxfail };
    return playReport(await overNodes(ops, all, rolling, (play) => onNode(ops, play, hand)), asked);
  },
});
