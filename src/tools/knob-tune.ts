import { z } from 'zod';
import { declaredService } from '../core/declared-service.ts';
import type { ChangeOutcome } from '../core/change-outcome.ts';
import { defineTool, nodeInput } from '../core/tool.ts';
import { callAgain, changeInputs, restarted, serviceNameInput } from './change-inputs.ts';
import { changeData, changeReport } from './change-report.ts';
import { oneNode } from './declared.ts';
import { measuredTables } from './measured-table.ts';
import { outOfTurn } from './tuning-order.ts';

export const knobTune = defineTool({
  name: 'knob_tune',
  title: 'Tune a service',
  summary:
    'Sets one declared knob of a service within its limits and restarts it, after approval, and measures it before and after: health, latency, GPU and host memory. What is worse or unproven is taken back by itself. Smallest impact first: concurrency, then memory pressure, GPU offload last.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    knob: z.string().describe('As declared; another name lists those there are'),
    to: z.string().describe('Its new value'),
    reason: z.string().min(1).optional().describe('Why a knob of less impact can not help, or what was put right'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service', 'knob', 'to'], alias: 'tune' },
  async run(input, ops) {
    const node = oneNode(ops, input.node);
    const { knob, to, reason } = input;
    const service = declaredService(node, input.service);
    const asked = { node: node.name, tool: 'knob_tune', args: callAgain(input) };
    const wanted = { node: node.name, service, knob, reason };
    const early = outOfTurn(wanted, { runs: await ops.runs.list(), now: ops.now() });
    if (early !== undefined) return changeReport(refusal(early.because, early.next), asked);
    const request = {
      tool: 'knob_tune',
      node,
      why: [input.why, reason ?? ''].filter(Boolean).join(' '),
      steps: [
        { action: 'knob.set', args: { service: service.name, knob, to } },
        ...restarted({ service: service.name, restart: true }),
      ],
    };
    const outcome = await (input.plan ? ops.plan(request) : ops.change(request));
    const report = changeReport(outcome, asked);
    if (outcome.run === undefined) return report;
    return { ...report, show: [...report.show, ...measuredTables(await ops.runs.find(outcome.run))] };
  },
});

const refusal = (said: string, next: ChangeOutcome['next']): ChangeOutcome => ({
  state: 'refused',
  said,
  findings: [],
  next,
  notes: [],
});
