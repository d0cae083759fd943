import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { allPlaybooks } from './playbook-inputs.ts';

export const playbookList = defineTool({
  name: 'playbook_list',
  title: 'List playbooks',
  summary: 'Lists the runbooks that can be run: what each is for, the kinds of services, and what it takes.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({ kind: z.string().optional().describe('Only for this kind of service') }),
  data: z.object({
    playbooks: z.array(
      z.object({
        playbook: z.string(),
        title: z.string(),
        summary: z.string(),
        kinds: z.array(z.string()),
        inputs: z.record(z.string(), z.string()),
        remedies: z.array(z.object({ remedy: z.string(), because: z.string(), does: z.array(z.string()) })),
      }),
    ),
  }),
  cli: { positional: ['kind'], alias: 'playbooks' },
  run({ kind }, ops) {
    const shown = allPlaybooks(ops).filter(({ kinds }) => kind === undefined || kinds.some((each) => each === kind));
    const rows = shown.map(({ name, title, summary, kinds, inputs, remedies }) => ({
      playbook: name,
      title,
      summary,
      kinds: [...kinds],
      inputs,
      remedies: remedies.map((remedy) => ({
        remedy: remedy.name,
        because: remedy.because,
        does: remedy.do.map(({ action }) => action),
      })),
    }));
    return Promise.resolve({
      summary: rows.length === 1 ? 'There is 1 playbook.' : `There are ${rows.length} playbooks.`,
      status: 'ok' as const,
      findings: [],
      next: [],
      notes: ops.fleet.brokenPlaybooks.map(({ name, mistake }) => `${name} is left out. ${mistake.message}`),
      data: { playbooks: rows },
      show: [
        {
          kind: 'table' as const,
          title: 'Playbooks',
          columns: ['playbook', 'for', 'what it does'],
          rows: rows.map(({ playbook, kinds, summary }) => [playbook, kinds.join(', ') || 'the node', summary]),
        },
      ],
    });
  },
});
