import { figureName, figureNames, figureOf, figureText } from '../core/figures.ts';
import { bytesText } from '../core/format.ts';
import type { Json } from '../core/json.ts';
import type { Bars, Block, Cell, PageSection } from '../core/page.ts';
import { measuredTimes } from '../core/run.ts';
import type { RunStory, StepStory } from '../core/run-story.ts';

/** Figures of before and after, where a change was judged by them: as a table, and what can be drawn as bars. */
export function measured({ steps }: RunStory): readonly PageSection[] {
  const blocks = steps.filter((step) => step.measured.before !== undefined).flatMap(stepBlocks);
  return blocks.length === 0 ? [] : [{ title: 'What was measured', blocks }];
}

function stepBlocks({ change, measured: figures, judged }: StepStory): readonly Block[] {
  const { before, after } = figures;
  const rows = figureNames(before, after).flatMap((name): readonly (readonly Cell[])[] => {
    const [was, is] = [figureText(name, before), figureText(name, after)];
    return was === '' && is === '' ? [] : [[{ text: figureName(name) }, { text: was || '–' }, { text: is || '–' }]];
  });
  const verdict = judged === undefined ? 'It was not judged.' : `Judged ${judged.is}: ${judged.say}`;
  const against = judged?.is === 'worse' || judged?.is === 'unproven';
  return [
    { kind: 'heading', text: change.what },
    { kind: 'text', text: verdict, tone: judged === undefined ? 'unknown' : against ? 'bad' : 'good' },
    { kind: 'table', columns: ['figure', 'before', 'after'], rows },
    ...quantities.flatMap((quantity) => bars(quantity, figures)),
  ];
}

interface Quantity {
  readonly title: string;
  /** Undefined where it was not measured. */
  of(figures: Json): { readonly value: number; readonly whole?: number } | undefined;
  text(value: number): string;
}

const quantities: readonly Quantity[] = [
  {
    title: 'GPU memory in use',
    of: (figures) => partOf(numberOf('gpuUsedBytes', figures), numberOf('gpuFreeBytes', figures)),
    text: bytesText,
  },
  {
    title: 'Memory of the node in use',
    of(figures) {
      const [free, whole] = [numberOf('memoryAvailableBytes', figures), numberOf('memoryTotalBytes', figures)];
      return free === undefined || whole === undefined ? undefined : partOf(whole - free, free);
    },
    text: bytesText,
  },
  {
    title: 'Time to answer',
    of(figures) {
      const value = numberOf('latencyMs', figures);
      return value === undefined ? undefined : { value };
    },
    text: (value) => `${value} ms`,
  },
];

const partOf = (used: number | undefined, free: number | undefined) =>
  used === undefined || free === undefined ? undefined : { value: used, whole: used + free };

function numberOf(name: string, figures: Json): number | undefined {
  const value = figureOf(name, figures);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Both to one scale: what the whole is, or the larger of them. */
function bars({ title, of, text }: Quantity, figures: StepStory['measured']): readonly Bars[] {
  const told = measuredTimes.flatMap((label) => {
    const at = figures[label];
    const one = at === undefined ? undefined : of(at);
    return one === undefined ? [] : [{ label, ...one }];
  });
  const most = Math.max(...told.map(({ value, whole = value }) => whole));
  if (told.length === 0 || most <= 0) return [];
  return [
    {
      kind: 'bars',
      title,
      most,
      bars: told.map(({ label, value, whole }) => ({
        label,
        value,
        text: whole === undefined ? text(value) : `${text(value)} of ${text(whole)}`,
      })),
    },
  ];
}
