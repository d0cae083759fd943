import { describe, expect, test } from 'vitest';
import type { RunStory } from '../../../src/core/run-story.ts';
import type { Ops } from '../../../src/core/tool.ts';
import { redactDeep } from '../../../src/core/text.ts';
import { pageText } from '../../../src/pages/page-text.ts';
import { runReport } from '../../../src/tools/run-report.ts';
import { reportSchema } from '../../support/report-schema.ts';
import { began, toldRun, toldRuns } from '../../support/told-runs.ts';

const secret = 'vantage-7-magpie';

/** As a face calls it: what it answers is redacted once more, then written out. */
async function report(format: 'md' | 'html' | 'chat', story: RunStory, text = '', others: readonly RunStory[] = []) {
  const ops = {
    fleet: { secrets: [secret] },
    runs: { find: async () => story, list: async () => [story, ...others], isUnderWay: async () => false },
    evidence: async (id: string) => (id === 'e-1' ? { id, title: 'gpu-7: cat', text } : undefined),
    now: () => began,
  } as unknown as Ops;
  const answer = redactDeep(await runReport.run({ run: story.run.id, format }, ops), [secret]);
  return { answer, text: answer.page === undefined ? '' : pageText(answer.page.page, format) };
}

const saying = (why: string) => toldRun([[0, { type: 'note', said: why }]], { why });
const marks = ({ text }: { text: string }) => text.match(/<[^>]*>|\||\*\*|^#+/gm)?.length ?? 0;

describe.each(['md', 'html', 'chat'] as const)('as %s', (format) => {
  test.each(Object.entries(toldRuns))('%s answers as every tool does', async (_, story) => {
    const { answer, text } = await report(format, story);
    expect(reportSchema(runReport).parse(answer).data).toMatchObject({ run: 'r1-0a0a', node: 'gpu-7', format });
    expect(text).toContain('gpu-7');
  });

  test('holds no secret, wherever one stood and wherever a text is cut', async () => {
    const said = `password="${secret}" and ${secret}`;
    const story = toldRun(
      [
        [0, { type: 'note', said }],
        [1, { type: 'not_verified', said, ids: ['e-1'] }],
        [2, { type: 'closed', how: 'not_verified', said }],
      ],
      { why: said, simulated: [secret] },
    );
    // The text is cut at 3,000: in the middle of the secret, whichever of these it is.
    for (const at of [2_985, 2_990, 2_995, 2_999]) {
      const { answer, text } = await report(format, story, `${'x'.repeat(at)} ${secret} ${'y'.repeat(9_000)}`);
      expect(text).not.toMatch(/vantage|magpie/);
      expect(JSON.stringify(answer)).not.toMatch(/vantage|magpie/);
      expect(text).toContain('[redacted');
    }
  });

  test('is whole where a secret stands before markup', async () => {
    const [kept, hidden] = [await report(format, saying('it says abc')), await report(format, saying('token=abc'))];
    expect(marks(hidden)).toBe(marks(kept));
  });
});

test('names the run that has taken it back, and offers to take back only what was not', async () => {
  const story = toldRun([[0, { type: 'closed', how: 'verified', said: 'Done.' }]]);
  const back = toldRun([[0, { type: 'closed', how: 'verified', said: 'Done.' }]], { id: 'r2-0b0b', undoes: 'r1-0a0a' });
  expect((await report('md', story, '', [back])).text).toContain('Run r2-0b0b has taken it back since.');
  expect((await report('md', story)).text).not.toContain('r2-0b0b');
  expect((await report('md', toldRuns.open)).answer.next.map(({ tool }) => tool)).toEqual(['run_resume', 'run_resume']);
});
