import { z } from 'zod';
import { judgements } from '../core/action.ts';
import type { Approval } from '../core/change-set.ts';
import { jsonSchema } from '../core/json.ts';
import { runEnds, ways as allWays, type RunEnd, type SentEnd, type Way } from '../core/run.ts';
import { standing, type RunStanding, type RunStory, type Sent } from '../core/run-story.ts';
import type { Next, Status } from '../core/report.ts';
import { defineTool } from '../core/tool.ts';
import { awaitRun } from './await-run.ts';
import { measuredTables } from './measured-table.ts';

const stepSchema = z.object({ step: z.int(), way: z.string(), what: z.string(), how: z.string(), said: z.string() });

const measuredSchema = z.object({
  step: z.int(),
  before: jsonSchema,
  after: jsonSchema,
  judged: z.enum(judgements).nullable(),
  said: z.string(),
});

export const runShow = defineTool({
  name: 'run_show',
  title: 'Explain a run',
  summary:
    'Tells what one run changed, step by step: who asked and approved, what came of each step, whether it was proven or taken back, and what can be done about it now.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({
    run: z.string().describe('As run_list names it'),
    wait: z.int().min(0).max(45).default(0).describe('Seconds to wait for its end'),
  }),
  data: z.object({
    run: z.string(),
    node: z.string(),
    state: z.string(),
    underWay: z.boolean(),
    principal: z.string(),
    why: z.string(),
    approvedBy: z.string().nullable(),
    steps: z.array(stepSchema),
    measured: z.array(measuredSchema),
    said: z.string(),
  }),
  cli: { positional: ['run'] },
  async run({ run: id, wait }, ops) {
    const { story, isUnderWay } = await awaitRun(ops, id, wait);
    const { run, approval, closed, notes } = story;
    const stands = standing(story);
    const steps = story.steps.flatMap(({ change, ways }, index) => {
      const told = allWays.flatMap((way) => {
        const sent = ways[way];
        if (sent === undefined) return [];
        const what = (way === 'undo' ? change.undo?.what : change.what) ?? change.what;
        return [{ step: index + 1, way: wayWords[way], what, how: howText(sent), said: sent.proof ?? sent.said }];
      });
      return told.length > 0 ? told : [{ step: index + 1, way: wayWords.do, what: change.what, how: unsent, said: '' }];
    });
    const said = closed?.said ?? (isUnderWay ? 'it is under way.' : openText(stands));
    const since = (await ops.runs.list()).find((each) => 'run' in each && each.run.undoes === id && isDone(each));
    const takenBackBy = since !== undefined && 'run' in since ? since.run.id : undefined;
    return {
      summary: `Run ${id} on ${run.node}: ${said}`,
      status: statusOf(
        stands,
        steps.some(({ how }) => how !== unsent),
      ),
      findings: [],
      next: isUnderWay ? underWay(id) : takenBackBy === undefined ? nextOf(id, stands, story) : [],
      notes: takenBackBy === undefined ? notes : [...notes, `Run ${takenBackBy} has taken it back.`],
      data: {
        run: id,
        node: run.node,
        state: stands,
        underWay: isUnderWay,
        principal: run.principal,
        why: run.why,
        approvedBy: approval?.by ?? null,
        steps,
        measured: story.steps.flatMap(({ measured: { before, after = null }, judged }, index) =>
          before === undefined
            ? []
            : [{ step: index + 1, before, after, judged: judged?.is ?? null, said: judged?.say ?? '' }],
        ),
        said,
      },
      show: [
        {
          kind: 'table',
          title: [
            `${run.principal} asked for it at ${new Date(story.startedAt).toISOString().slice(0, 19)}Z`,
            ...(run.why === '' ? [] : [` (${run.why})`]),
            `, ${approval === undefined ? 'without an approval' : `${approval.by} approved it ${approvedWords[approval.how]}`}`,
          ].join(''),
          columns: ['step', 'what', 'came of it'],
          rows: steps.map(({ step, way, what, how, said: words }) => [
            `${step} ${way}`,
            what,
            [how, words].filter(Boolean).join(': '),
          ]),
        },
        ...measuredTables(story),
      ],
    };
  },
});

const unsent = 'never sent';
const wayWords: Readonly<Record<Way, string>> = { do: 'do', undo: 'take back', again: 'once more' };

const isDone = (story: RunStory): boolean => standing(story) === 'verified';

const howText = ({ how, verified }: Sent): string =>
  verified === undefined ? sentWords[how] : verified ? 'done and proven' : 'done';

const approvedWords: Readonly<Record<Approval['how'], string>> = {
  terminal: 'at a terminal',
  elicitation: 'in the client',
  signature: 'by a signature',
};

const sentWords: Readonly<Record<SentEnd, string>> = {
  done: 'done, not looked at yet',
  failed: 'failed',
  not_done: 'not done',
  unknown: 'not known',
};

const openText = (stands: RunStanding): string =>
  stands === 'unknown'
    ? 'it was cut off. A step was sent and has no answer: it may have been carried out or not.'
    : stands === 'running'
      ? 'it was cut off. It did something and has not come to its end.'
      : 'it was cut off. Nothing was sent to the node.';

const statusOf = (stands: RunStanding, wasSent: boolean): Status =>
  stands === 'verified'
    ? 'ok'
    : stands === 'rolled_back' || (stands === 'not_verified' && !wasSent)
      ? 'degraded'
      : stands === 'not_verified' || stands === 'escalated'
        ? 'critical'
        : 'unknown';

const isEnd = (stands: RunStanding): stands is RunEnd => runEnds.some((end) => end === stands);

const underWay = (run: string): readonly Next[] => [
  { say: 'To hear how it ends:', tool: 'run_show', args: { run, wait: 45 } },
  { say: 'To stop it at the next safe point:', tool: 'run_cancel', args: { run } },
];

function nextOf(run: string, stands: RunStanding, { closed, steps }: RunStory): readonly Next[] {
  if (closed === undefined || !isEnd(stands))
    return [
      { say: 'To finish it, from where it stands:', tool: 'run_resume', args: { run } },
      { say: 'Or to take back what it did:', tool: 'run_resume', args: { run, way: 'back' } },
    ];
  const canUndo = steps.some(
    ({ change, ways }) => change.undo !== null && ways.do?.how === 'done' && ways.undo === undefined,
  );
  return canUndo ? [{ say: 'To take it back:', tool: 'run_undo', args: { run } }] : [];
}
