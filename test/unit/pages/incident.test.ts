import { describe, expect, test } from 'vitest';
import type { Block, Page } from '../../../src/core/page.ts';
import type { RunStory } from '../../../src/core/run-story.ts';
import type { Evidence } from '../../../src/core/tool.ts';
import { evidenceIds } from '../../../src/pages/evidence.ts';
import { incidentPage } from '../../../src/pages/incident.ts';
import { pageText } from '../../../src/pages/page-text.ts';
import { about, began, found, planned, toldRun, toldRuns } from '../../support/told-runs.ts';

const pageOf = (story: RunStory, takenBackBy?: string, evidence: readonly Evidence[] = []): Page =>
  incidentPage({ story, isUnderWay: false, takenBackBy, evidence, at: began + 3_600_000 });
const part = (page: Page, title: RegExp): readonly Block[] =>
  page.sections.find((section) => title.test(section.title))?.blocks ?? [];
const commands = (page: Page): readonly string[] =>
  part(page, /What to do now/).flatMap((block) => (block.kind === 'command' ? [block.words.slice(1).join(' ')] : []));

describe('every end', () => {
  test.each<[keyof typeof toldRuns, string, string, RegExp, readonly string[]]>([
    [
      'verified',
      'Done and proven',
      'good',
      /^gpu-7: llama works on the CPU although GPU 0 is healthy\. Restart llama \(supervisor llama\): done and proven, well for 15 s/,
      ['node triage gpu-7'],
    ],
    [
      'rolled_back',
      'Taken back',
      'warn',
      /^gpu-7: asked for by cli:ana, because “More requests at once”\. Done: Set parallel of llama from 4 to 8\. Restart llama .* it is slower\. What it had changed is taken back/,
      ['log tail gpu-7 llama', 'node triage gpu-7'],
    ],
    [
      'not_verified',
      'Not proven',
      'bad',
      /It is not proven within 1 min: llama answers 503\. It can't be taken back\.$/,
      ['node triage gpu-7', 'log tail gpu-7 llama'],
    ],
    [
      'nothing_done',
      'Nothing done',
      'warn',
      /Nothing was done: the node is locked by run r0\.$/,
      ['node triage gpu-7'],
    ],
    [
      'escalated',
      'Left to a person',
      'bad',
      /Nothing was done, it is left to a person: .* Run gpu_fault/,
      ['node triage gpu-7'],
    ],
    [
      'unknown',
      'Not known',
      'unknown',
      /^gpu-7: It is not known whether this was done: Restart llama/,
      ['node triage gpu-7', 'log tail gpu-7 llama'],
    ],
    [
      'open',
      'Cut off',
      'unknown',
      /^gpu-7: Sent: Restart llama \(supervisor llama\)\. It was cut off\. .* it may have been carried out or not\.$/,
      ['run resume r1-0a0a', 'run resume r1-0a0a --way back'],
    ],
    [
      'spoiled',
      'Not proven',
      'bad',
      /Done: Set parallel of llama from 4 to 8\. Since then this is critical, and was not before: GPU 0 is at 97 °C\./,
      ['node triage gpu-7', 'log tail gpu-7 llama'],
    ],
  ])('%s', (name, badge, tone, lead, typed) => {
    const page = pageOf(toldRuns[name]);
    expect(page.badge).toEqual({ text: badge, tone });
    expect(page.lead).toMatch(lead);
    expect(commands(page)).toEqual(typed);
    for (const format of ['md', 'html', 'chat'] as const)
      expect(pageText(page, format)).not.toMatch(/undefined|\[object/);
    const chat = pageText(page, 'chat');
    expect(chat.length).toBeLessThanOrEqual(1_000);
    expect(chat.startsWith(`${badge.toUpperCase()}: gpu-7`)).toBe(true);
    expect(chat.split('\n').slice(1)).toSatisfy((lines: string[]) => lines.every((line) => line.startsWith('- ')));
  });

  test('a run that somebody carries out now is not called cut off', () => {
    const story = toldRuns.open;
    const page = incidentPage({ story, isUnderWay: true, takenBackBy: undefined, evidence: [], at: began });
    expect(page.badge.text).toBe('Under way');
    expect(page.lead).toMatch(/It is under way\.$/);
    expect(commands(page)).toEqual(['run show r1-0a0a --wait 45', 'run cancel r1-0a0a']);
  });

  test('a change that was proven can be taken back, until it was', () => {
    const story = toldRun([
      [0, planned({ ...editOf(), undo: { action: 'knob.set', args: {}, what: 'Set it back.' } })],
      [1, { type: 'intent', what: 'Set it.' }],
      [2, { type: 'result', how: 'done' }],
      [3, { type: 'verified', said: 'seen so' }],
      [3, { type: 'closed', how: 'verified', said: 'Set it: done and proven, seen so.' }],
    ]);
    expect(commands(pageOf(story))).toEqual(['run undo r1-0a0a']);
    const since = pageOf(story, 'r2-0b0b');
    expect(since.badge).toEqual({ text: 'Done, taken back since', tone: 'warn' });
    expect([since.lead, commands(since)]).toEqual([
      expect.stringMatching(/Run r2-0b0b has taken it back since\.$/),
      [],
    ]);
  });
});

const editOf = (): object => toldRuns.rolled_back.set?.changes[0] ?? expect.fail('no change');

const rows = (story: RunStory) =>
  part(pageOf(story), /What was wrong/).flatMap((block) =>
    block.kind === 'table' ? block.rows.map((row) => row.map(({ text }) => text)) : [],
  );

describe('what was found', () => {
  test('is compared before and after: what is new first, what is mended last', () => {
    expect(rows(toldRuns.spoiled)).toEqual([
      ['new', 'gpu:0', 'not there', 'critical', 'Cause: GPU 0 is at 97 °C.'],
      [
        'still wrong',
        'service:llama',
        'critical',
        'critical',
        'Cause: llama works on the CPU although GPU 0 is healthy.',
      ],
    ]);
    expect(rows(toldRuns.verified).map(([kind, subject, was, is]) => [kind, subject, was, is])).toEqual([
      ['still wrong', 'mount:/var', 'degraded', 'degraded'],
      ['mended', 'service:llama', 'critical', 'ok'],
      ['mended', 'service:llama', 'degraded', 'ok'],
    ]);
  });

  test('is told as it was where nobody looked again, causes first', () => {
    expect(rows(toldRuns.escalated)[0]).toEqual([
      'service:llama',
      'critical',
      'Cause: llama works on the CPU although GPU 0 is healthy.',
    ]);
    expect(rows(toldRuns.not_verified)).toEqual([]);
  });

  test('that was not looked at again is not called mended, and unknown is not ok', () => {
    const away = about('service.health', 'unknown', { summary: 'llama could not be asked.' });
    const story = toldRun([
      [0, found('before', [about('service.running', 'critical'), about('service.health', 'ok')])],
      [1, found('after', [away])],
    ]);
    expect(rows(story).map(([kind, , was, is]) => [kind, was, is])).toEqual([
      ['new', 'ok', 'unknown'],
      ['not looked at again', 'critical', 'not there'],
    ]);
  });

  test('of hundreds is bounded, and says so', () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      about('service.log', 'degraded', { subject: `service:s${at}` }),
    );
    const story = toldRun([[0, found('before', many)]]);
    expect(rows(story).length).toBe(60);
    expect(pageText(pageOf(story), 'md')).toContain('440 more findings left out to stay short.');
  });
});

const moments = (story: RunStory) =>
  part(pageOf(story), /What happened when/).flatMap((block) => (block.kind === 'moments' ? block.moments : []));

describe('the timeline', () => {
  test('goes from the approval to the end in the order of time, with what each took', () => {
    const told = moments(toldRuns.verified);
    expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(told.map(({ since, text }) => [since, text])).toEqual([
      ['40 s before', 'cli:ben approved it at a terminal.'],
      ['', 'cli:ana asked for it by playbook_run.'],
      ['0.1 s after', 'Planned: 1 change.'],
      ['0.1 s after', '4 checks were looked at: 3 findings not well.'],
      ['0.3 s after', 'Step 1 sent: Restart llama (supervisor llama).'],
      ['2.4 s after', 'Step 1 was carried out after 2.1 s: llama: stopped\nllama: started.'],
      ['18 s after', 'Step 1 proven after 15 s: well for 15 s without a break, in 8 looks.'],
      ['19 s after', '4 checks were looked at again: 1 finding not well.'],
      ['19 s after', 'Ended: done and proven.'],
    ]);
    expect(pageText(pageOf(toldRuns.verified), 'md')).toContain('| 2026-03-01 22:29:20 UTC | 40 s before |');
  });

  test('tells of a way back and of a crash', () => {
    const texts = moments(toldRuns.rolled_back).map(({ text }) => text);
    expect(texts).toContain('Step 1, taking it back: sent: Set it back to 4.');
    expect(texts).toContain('Step 2, once more: was carried out after 2.9 s.');
    const torn = toldRun([[5, { type: 'seam', bytes: 7, sha256: 'b'.repeat(64) }]]);
    expect(moments(torn).at(-1)).toMatchObject({ since: '5 s after', text: expect.stringContaining('7 bytes') });
  });
});

const drawn = (before: unknown, after: unknown) =>
  part(
    pageOf(
      toldRun([
        [0, planned(editOf())],
        [1, { type: 'measured', time: 'before', figures: before }],
        ...(after === undefined ? [] : [[2, { type: 'measured', time: 'after', figures: after }] as const]),
      ]),
    ),
    /What was measured/,
  ).flatMap((block) => (block.kind === 'bars' ? [block.bars.map(({ label }) => label)] : []));

describe('figures', () => {
  const page = pageOf(toldRuns.rolled_back);
  test('stand side by side and are drawn to one scale', () => {
    const blocks = part(page, /What was measured/);
    expect(blocks).toContainEqual({
      kind: 'text',
      tone: 'bad',
      text: 'Judged worse: It answers in 1530 ms instead of 812 ms (median of 5): it is slower.',
    });
    const bars = blocks.flatMap((block) => (block.kind === 'bars' ? [block] : []));
    expect(bars.map(({ title, bars: all }) => [title, ...all.map(({ label, text }) => `${label} ${text}`)])).toEqual([
      ['GPU memory in use', 'before 17.4 GiB of 24.0 GiB', 'after 23.8 GiB of 24.0 GiB'],
      ['Memory of the node in use', 'before 160 GiB of 256 GiB', 'after 160 GiB of 256 GiB'],
      ['Time to answer', 'before 812.4 ms', 'after 1530.1 ms'],
    ]);
    const html = pageText(page, 'html');
    // 812.4 of 1530.1, and the larger fills the bar.
    expect(html).toMatch(/aria-label="Time to answer before: 812.4 ms">.*width="53.09".*\n?.*width="100.00"/);
    expect(pageText(page, 'md')).toContain('| gpu used | 17.4 GiB | 23.8 GiB |');
  });

  test('that nobody tells are not drawn', () => {
    expect(drawn({ latencyMs: 12 }, { latencyMs: null })).toEqual([['before']]);
    expect(drawn({ latencyMs: 12 }, undefined)).toEqual([['before']]);
    expect(drawn({ latencyMs: 0, gpuUsedBytes: 3 }, { latencyMs: -1 })).toEqual([]);
    expect(drawn(7, 'lies')).toEqual([]);
  });
});

describe('evidence', () => {
  test('is named the most telling first, each once', () => {
    expect(evidenceIds(toldRuns.verified)).toEqual(['e-1', 'e-3', 'e-2', 'e-5', 'e-9']);
    expect(evidenceIds(toldRuns.not_verified)).toEqual(['e-8']);
  });

  test('is folded, bounded, and says what is left out and what is gone', () => {
    const ids = Array.from({ length: 40 }, (_, at) => `e-${at}`);
    const story = toldRun([[0, { type: 'not_verified', said: 'no', ids }]]);
    const kept = ids.slice(0, 20).map((id) => ({ id, title: `gpu-7: ${id}`, text: 'x'.repeat(1024 ** 2) }));
    for (const format of ['md', 'html'] as const) {
      const text = pageText(pageOf(story, undefined, kept), format);
      expect(text.length).toBeLessThan(100_000);
      expect(text.match(/<details>/g)?.length).toBe(12);
      expect(text).toMatch(/\d+ more characters/);
      expect(text).toContain('Left out to stay short: e-12 e-13');
      expect(text).toContain('Not kept any more: 4 pieces.');
    }
  });
});

test('a journal that can be believed only up to a line says so first', () => {
  const story = toldRun([[1, { type: 'note', said: 'seen again' }]]);
  const note = 'The journal can be believed only up to line 2: torn.';
  expect(pageOf({ ...story, notes: [...story.notes, note] }).warnings).toEqual([note]);
});

test('what was simulated is said before all else, in every form', () => {
  for (const format of ['md', 'html', 'chat'] as const) {
    const text = pageText(pageOf(toldRuns.rolled_back), format);
    expect(text).toContain('SIMULATED, not real: gpu.');
    expect(text.indexOf('SIMULATED')).toBeLessThan(text.indexOf('Read what llama wrote'));
    expect(pageText(pageOf(toldRuns.verified), format)).not.toContain('SIMULATED');
  }
});
