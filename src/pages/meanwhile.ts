import { bytesText, durationText } from '../core/format.ts';
import type { Block, Cell, Curve, PageSection } from '../core/page.ts';
import type { RunRecord } from '../core/run.ts';
import type { RunStory } from '../core/run-story.ts';
import type { Vitals } from '../core/vitals.ts';

/** A line between two points says nothing that a table does not. */
const fewest = 3;

/** How the node was while it was changed: its memory and its GPUs, as a table and as curves. */
export function meanwhile({ records, startedAt }: RunStory): readonly PageSection[] {
  const samples = records.flatMap((record) => (record.type === 'vitals' ? [record] : []));
  const told = quantitiesOf(samples.map(({ vitals }) => vitals)).flatMap((quantity): readonly Told[] => {
    const points = samples.flatMap(({ when, vitals }) => {
      const value = quantity.of(vitals);
      return value === null ? [] : [{ at: when - startedAt, value, text: quantity.text(value) }];
    });
    return points.length === 0 ? [] : [{ ...quantity, points }];
  });
  if (told.length === 0) return [];
  const marks = marksOf(records, startedAt);
  const drawn = told.filter(({ points }) => points.length >= fewest);
  return [{ title: 'How the node was meanwhile', blocks: [tableOf(told), ...drawn.map((one) => curveOf(one, marks))] }];
}

interface Quantity {
  readonly title: string;
  readonly most: number;
  of(vitals: Vitals): number | null;
  text(value: number): string;
}

interface Told extends Quantity {
  readonly points: Curve['points'];
}

const percentText = (value: number): string => `${Math.round(value)} %`;

function quantitiesOf(samples: readonly Vitals[]): readonly Quantity[] {
  const names = [...new Set(samples.flatMap(({ gpus }) => gpus.map(({ name }) => name)))];
  const most = (of: (vitals: Vitals) => number | null | undefined) =>
    Math.max(1, ...samples.map((vitals) => of(vitals) ?? 0));
  return [
    ...names.flatMap((name): readonly Quantity[] => {
      const gpu = ({ gpus }: Vitals) => gpus.find((each) => each.name === name);
      const label = name.replace(':', ' ').replace('gpu', 'GPU');
      return [
        {
          title: `${label}: memory in use`,
          most: most((vitals) => gpu(vitals)?.totalBytes),
          of: (vitals) => gpu(vitals)?.usedBytes ?? null,
          text: bytesText,
        },
        {
          title: `${label}: busy`,
          most: 100,
          of: (vitals) => gpu(vitals)?.busyPercent ?? null,
          text: percentText,
        },
      ];
    }),
    {
      title: 'Memory of the node in use',
      most: most(({ memory }) => memory?.totalBytes),
      of: ({ memory }) => memory?.usedBytes ?? null,
      text: bytesText,
    },
  ];
}

function tableOf(told: readonly Told[]): Block {
  const rows = told.map(({ title, points, text, most }): readonly Cell[] => {
    const values = points.map(({ value }) => value);
    const [first, last] = [points[0]?.text ?? '', points.at(-1)?.text ?? ''];
    return [title, first, text(Math.max(...values)), last, text(most)].map((each) => ({ text: each }));
  });
  return { kind: 'table', columns: ['what', 'first', 'at most', 'last', 'there is'], rows };
}

const curveOf = ({ title, most, text, points }: Told, marks: Curve['marks']): Curve => ({
  kind: 'curve',
  title,
  most,
  mostText: text(most),
  points: points.map((point) => ({ ...point, text: `${point.text} after ${durationText(point.at / 1_000)}` })),
  marks: marks.filter(({ at }) => at >= (points[0]?.at ?? 0) && at <= (points.at(-1)?.at ?? 0)),
});

const marksOf = (records: readonly RunRecord[], startedAt: number): Curve['marks'] =>
  records.flatMap((record) => {
    const text = markText(record);
    return text === undefined ? [] : [{ at: record.when - startedAt, text }];
  });

function markText(record: RunRecord): string | undefined {
  switch (record.type) {
    case 'intent':
      return record.way === 'undo' ? `step ${record.step} taken back` : `step ${record.step} sent`;
    case 'verified':
      return `step ${record.step} proven`;
    default:
      return undefined;
  }
}
