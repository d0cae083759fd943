import { bytesText } from '../core/format.ts';
import type { Json } from '../core/json.ts';
import type { Table } from '../core/report.ts';
import type { RunStory } from '../core/run-story.ts';

/** A figure is named for what it is in: `latencyMs`, `gpuFreeBytes`. */
const units: readonly { readonly end: RegExp; text(value: number): string }[] = [
  { end: /Ms$/, text: (value) => `${value} ms` },
  { end: /Bytes$/, text: bytesText },
];

/** What was measured in a run before and after, and the judgement on it; none where nothing was. */
export const measuredTables = ({ steps }: Pick<RunStory, 'steps'>): readonly Table[] =>
  steps.flatMap(({ change, measured: { before, after }, judged }): readonly Table[] => {
    if (before === undefined) return [];
    const names = [...new Set([before, after ?? {}].flatMap((figures) => Object.keys(figures ?? {})))];
    const rows = names
      .map((name) => [nameText(name), figureText(name, before), figureText(name, after)])
      .filter(([, was, is]) => was !== '' || is !== '');
    const verdict = judged === undefined ? 'not judged' : `${judged.is}: ${judged.say}`;
    return [{ kind: 'table', title: `${change.subject}, ${verdict}`, columns: ['', 'before', 'after'], rows }];
  });

const nameText = (name: string): string =>
  units
    .reduce((text, { end }) => text.replace(end, ''), name)
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function figureText(name: string, figures: Json | undefined): string {
  const value = isMapping(figures) ? figures[name] : undefined;
  if (value === undefined || value === null) return '';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  return units.find(({ end }) => end.test(name))?.text(value) ?? String(value);
}

const isMapping = (json: Json | undefined): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
