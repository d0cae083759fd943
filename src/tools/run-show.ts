import { z } from 'zod';
import { judgements } from '../core/action.ts';
import { jsonSchema } from '../core/json.ts';
import { runEnds, ways as allWays, type RunEnd, type Way } from '../core/run.ts';
import { standing, type RunStanding, type RunStory, type Sent } from '../core/run-story.ts';
import type { Next, Status } from '../core/report.ts';
import { defineTool } from '../core/tool.ts';
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
  input: z.object({ run: z.string().describe('As run_list names it') }),
  data: z.object({
    run: z.string(),
    node: z.string(),
    state: z.string(),
    principal: z.string(),
    why: z.string(),
    approvedBy: z.string().nullable(),
    steps: z.array(stepSchema),
    measured: z.array(measuredSchema),
    said: z.string(),
  }),
  cli: { positional: ['run'] },
  async run({ run: id }, ops) {
    const story = await ops.runs.find(id);
    const { run, approval, closed, notes } = story;
    const stands = standing(story);
    const steps = story.steps.flatMap(({ change, ways }, index) => {
      const told = allWays.flatMap((way) => {
        const sent = ways[way];
        if (sent === undefined) return [];
        const what = (way === 'undo' ? change.undo?.what : change.what) ?? change.what;
        return [{ step: index + 1, way: wayWords[way], what, how: howText(sent), said: sent.said }];
      });
      return told.length > 0
        ? told
        : [{ step: index + 1, way: wayWords.do, what: change.what, how: 'not sent', said: '' }];
    });
    const said = closed?.said ?? openText(stands);
    return {
      summary: `Run ${id} on ${run.node} ${standText[stands]}: ${said}`,
      status: statusOf(stands),
      findings: [],
      next: nextOf(id, stands, story),
      notes,
      data: {
        run: id,
        node: run.node,
        state: stands,
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
          title: `${run.principal} asked for it at ${new Date(story.startedAt).toISOString()}${run.why === '' ? '' : ` (${run.why})`}; ${
            approval === undefined ? 'the policy allowed it' : `${approval.by} approved it (${approval.how})`
          }`,
          columns: ['step', '', 'what', 'came of it', 'said'],
          rows: steps.map(({ step, way, what, how, said: words }) => [String(step), way, what, how, words]),
        },
        ...measuredTables(story),
      ],
    };
  },
});

const wayWords: Readonly<Record<Way, string>> = { do: 'do', undo: 'take back', again: 'once more' };

const howText = ({ how, verified }: Sent): string =>
  verified === undefined ? how : `${how}, ${verified ? 'proven' : 'not proven'}`;

const standText: Readonly<Record<RunStanding, string>> = {
  started: 'was cut off',
  planned: 'was cut off',
  running: 'is under way or was cut off',
  unknown: 'is not known',
  verified: 'was proven',
  not_verified: 'was not proven',
  rolled_back: 'was taken back',
};

const openText = (stands: RunStanding): string =>
  stands === 'unknown'
    ? 'a step was sent and has no answer; it may have been carried out or not.'
    : stands === 'running'
      ? 'it did something and has not come to its end.'
      : 'nothing was sent to the node.';

const statusOf = (stands: RunStanding): Status =>
  stands === 'verified'
    ? 'ok'
    : stands === 'rolled_back'
      ? 'degraded'
      : stands === 'not_verified'
        ? 'critical'
        : 'unknown';

const isEnd = (stands: RunStanding): stands is RunEnd => runEnds.some((end) => end === stands);

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
