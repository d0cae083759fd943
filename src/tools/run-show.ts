import { z } from 'zod';
import { judgements } from '../core/action.ts';
import { jsonSchema } from '../core/json.ts';
import type { Status } from '../core/report.ts';
import { ways as allWays, type Way } from '../core/run.ts';
import { standing, takenBackBy, type RunStanding, type Sent } from '../core/run-story.ts';
import { approvalWords, openText, sentWords } from '../core/run-words.ts';
import { defineTool } from '../core/tool.ts';
import { awaitRun } from './await-run.ts';
import { measuredTables } from './measured-table.ts';
import { runNext } from './run-next.ts';

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
    const back = takenBackBy(await ops.runs.list(), id);
    return {
      summary: `Run ${id} on ${run.node}: ${said}`,
      status: statusOf(
        stands,
        steps.some(({ how }) => how !== unsent),
      ),
      findings: [],
      next: back === undefined ? runNext(story, isUnderWay) : [],
      notes: back === undefined ? notes : [...notes, `Run ${back} has taken it back.`],
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
            `, ${approval === undefined ? 'without an approval' : `${approval.by} approved it ${approvalWords[approval.how]}`}`,
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

const howText = ({ how, verified }: Sent): string =>
  verified === undefined ? sentWords[how] : verified ? 'done and proven' : 'done';

const statusOf = (stands: RunStanding, wasSent: boolean): Status =>
  stands === 'verified'
    ? 'ok'
    : stands === 'rolled_back' || (stands === 'not_verified' && !wasSent)
      ? 'degraded'
      : stands === 'not_verified' || stands === 'escalated'
        ? 'critical'
        : 'unknown';
