import { z } from 'zod';
import { pageFormats } from '../core/page.ts';
import { runEnds } from '../core/run.ts';
import { standing, takenBackBy } from '../core/run-story.ts';
import { redactDeep } from '../core/text.ts';
import { defineTool } from '../core/tool.ts';
import { evidenceIds } from '../pages/evidence.ts';
import { incidentPage } from '../pages/incident.ts';
import { awaitRun } from './await-run.ts';
import { runNext } from './run-next.ts';

export const runReport = defineTool({
  name: 'run_report',
  title: 'Write an incident report',
  summary:
    'Writes the report of one run to hand on: what was wrong, what was done, how it ended, findings and figures before and after, what happened when, diffs, evidence, and what to do now. md for a ticket, html as a file, chat as a short message.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({
    run: z.string().describe('As run_list names it'),
    format: z.enum(pageFormats).default('md').describe('In which form'),
  }),
  data: z.object({
    run: z.string(),
    node: z.string(),
    state: z.enum(['started', 'planned', 'running', ...runEnds]),
    format: z.enum(pageFormats),
    headline: z.string(),
    brief: z.array(z.string()).describe('What a message would hold'),
    evidence: z.array(z.string()).describe('Ids of what is still kept'),
  }),
  cli: { positional: ['run'], alias: 'report', isPage: true },
  async run({ run: id, format }, ops) {
    const { story: known, isUnderWay } = await awaitRun(ops, id, 0);
    const found = await Promise.all(evidenceIds(known).map((each) => ops.evidence(each)));
    // Before anything is cut: half a secret is not recognized any more.
    const told = redactDeep({ story: known, evidence: found.flatMap((each) => each ?? []) }, ops.fleet.secrets);
    const back = takenBackBy(await ops.runs.list(), id);
    const page = incidentPage({ ...told, isUnderWay, takenBackBy: back, at: ops.now() });
    return {
      summary: page.lead,
      // It tells of what was, and says nothing of how the node is now.
      status: 'not_applicable',
      findings: [],
      next: back === undefined ? runNext(told.story, isUnderWay) : [],
      notes: [],
      data: {
        run: id,
        node: told.story.run.node,
        state: standing(told.story),
        format,
        headline: page.lead,
        brief: [...page.brief],
        evidence: told.evidence.map((each) => each.id),
      },
      page: { format, page },
      show: [],
    };
  },
});
