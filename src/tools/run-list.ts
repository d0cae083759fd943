import { z } from 'zod';
import { durationText } from '../core/format.ts';
import { standing } from '../core/run-story.ts';
import { defineTool } from '../core/tool.ts';

const standings = z.enum([
  'started',
  'planned',
  'running',
  'unknown',
  'verified',
  'not_verified',
  'rolled_back',
  'escalated',
  'broken',
]);

export const runList = defineTool({
  name: 'run_list',
  title: 'List runs',
  summary:
    'Lists what was changed on nodes through here, the newest first, and how each ended. A run that a crash cut off is named.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({
    node: z.string().optional().describe('Only of this node'),
    limit: z.int().min(1).max(200).default(20).describe('So many at most'),
  }),
  data: z.object({
    runs: z.array(
      z.object({
        run: z.string(),
        node: z.string(),
        state: standings,
        at: z.string(),
        principal: z.string(),
        what: z.string(),
      }),
    ),
  }),
  cli: { positional: ['node'], alias: 'runs' },
  async run({ node, limit }, ops) {
    const all = await ops.runs.list();
    const now = ops.now();
    const rows = all.map((run) => {
      if ('trouble' in run)
        return {
          run: run.id,
          node: '',
          state: 'broken' as const,
          at: '',
          age: '',
          principal: '',
          what: run.trouble,
          shown: 'broken',
        };
      const { id, node: name, principal } = run.run;
      const isIdle =
        run.closed !== undefined &&
        run.closed.how !== 'escalated' &&
        run.steps.every(({ ways }) => Object.keys(ways).length === 0);
      return {
        run: id,
        node: name,
        state: standing(run),
        at: new Date(run.startedAt).toISOString(),
        age: `${durationText(Math.max(0, now - run.startedAt) / 1_000)} ago`,
        principal,
        what: run.set?.changes.map(({ what }) => what).join(' ') ?? run.closed?.said ?? 'It has no plan yet.',
        shown: isIdle ? 'nothing done' : isOpen(standing(run)) ? 'not at its end' : standing(run).replaceAll('_', ' '),
      };
    });
    const shown = rows.filter((row) => node === undefined || row.node === node).slice(0, limit);
    const open = shown.filter(({ state }) => isOpen(state));
    const broken = shown.filter(({ state }) => state === 'broken');
    const count = shown.length === 1 ? '1 run' : `${shown.length} runs`;
    return {
      summary:
        shown.length === 0
          ? 'Nothing was changed through here yet.'
          : `${count}${open.length === 0 ? '' : `, ${open.length} of them under way or cut off`}${broken.length === 0 ? '' : `, ${broken.length} unreadable`}.`,
      status: open.length > 0 || broken.length > 0 ? 'unknown' : 'ok',
      findings: [],
      next: open.slice(0, 3).map(({ run }) => ({ say: `See how far ${run} came.`, tool: 'run_show', args: { run } })),
      notes: [],
      data: { runs: shown.map(({ age: _age, shown: _shown, ...row }) => row) },
      show: [
        {
          kind: 'table',
          title: 'Runs',
          columns: ['run', 'node', 'state', 'when', 'by', 'what'],
          rows: shown.map((row) => [row.run, row.node, row.shown, row.age, row.principal, row.what]),
        },
      ],
    };
  },
});

/** Something may still hang in the air. */
const isOpen = (state: z.infer<typeof standings>): boolean =>
  state === 'started' || state === 'planned' || state === 'running' || state === 'unknown';
