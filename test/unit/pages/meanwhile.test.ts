import { expect, test } from 'vitest';
import type { Block } from '../../../src/core/page.ts';
import { incidentPage } from '../../../src/pages/incident.ts';
import { meanwhile } from '../../../src/pages/meanwhile.ts';
import { pageText } from '../../../src/pages/page-text.ts';
import { began, toldRun, toldRuns } from '../../support/told-runs.ts';

const blocks = meanwhile(toldRuns.verified)[0]?.blocks ?? [];
const curves = blocks.flatMap((block) => (block.kind === 'curve' ? [block] : []));
const rows = (block: Block | undefined) =>
  block?.kind === 'table' ? block.rows.map((row) => row.map(({ text }) => text)) : [];

test('how the node was is told by its first, highest and last value', () => {
  expect(rows(blocks[0])).toEqual([
    ['GPU 0: memory in use', '410 MiB', '17.4 GiB', '17.4 GiB', '24.0 GiB'],
    ['GPU 0: busy', '0 %', '88 %', '2 %', '100 %'],
    ['Memory of the node in use', '150 GiB', '167 GiB', '167 GiB', '256 GiB'],
  ]);
});

test('each is drawn to the scale of what there is, with what was done meanwhile', () => {
  expect(curves.map(({ title, mostText, points }) => [title, mostText, points.length])).toEqual([
    ['GPU 0: memory in use', '24.0 GiB', 5],
    ['GPU 0: busy', '100 %', 5],
    ['Memory of the node in use', '256 GiB', 5],
  ]);
  expect(curves[0]?.marks).toEqual([{ at: 300, text: 'step 1 sent' }]);
});

test('a value that is not told is left out, and two points are no curve', () => {
  const told = toldRun([
    [
      1,
      {
        type: 'vitals',
        vitals: { memory: null, gpus: [{ name: 'gpu:0', usedBytes: null, totalBytes: null, busyPercent: 5 }] },
      },
    ],
    [
      3,
      {
        type: 'vitals',
        vitals: { memory: null, gpus: [{ name: 'gpu:0', usedBytes: null, totalBytes: null, busyPercent: 9 }] },
      },
    ],
  ]);
  const [section] = meanwhile(told);
  expect(rows(section?.blocks[0])).toEqual([['GPU 0: busy', '5 %', '9 %', '9 %', '100 %']]);
  expect(section?.blocks).toHaveLength(1);
});

test('a run in which nothing was noted has no such part', () => {
  expect(meanwhile(toldRuns.not_verified)).toEqual([]);
});

test('a page draws it without a script, and says in words what it draws', () => {
  const page = incidentPage({
    story: toldRuns.verified,
    isUnderWay: false,
    takenBackBy: undefined,
    evidence: [],
    at: began,
  });
  const html = pageText(page, 'html');
  expect(html.match(/<polyline/g)).toHaveLength(3);
  expect(html).toContain('aria-label="GPU 0: memory in use: 410 MiB after 0.3 s, then 17.4 GiB after 15 s"');
  expect(html).toContain('Dashed: step 1 sent.');
  expect(pageText(page, 'md')).toContain('| GPU 0: memory in use | 410 MiB | 17.4 GiB | 17.4 GiB | 24.0 GiB |');
});
