import { figureName, figureNames, figureText } from '../core/figures.ts';
import type { Table } from '../core/report.ts';
import type { RunStory } from '../core/run-story.ts';

/** What was measured in a run before and after, and the judgement on it; none where nothing was. */
export const measuredTables = ({ steps }: Pick<RunStory, 'steps'>): readonly Table[] =>
  steps.flatMap(({ change, measured: { before, after }, judged }): readonly Table[] => {
    if (before === undefined) return [];
    const rows = figureNames(before, after)
      .map((name) => [figureName(name), figureText(name, before), figureText(name, after)])
      .filter(([, was, is]) => was !== '' || is !== '');
    const verdict = judged === undefined ? 'not judged' : `${judged.is}: ${judged.say}`;
    return [{ kind: 'table', title: `${change.subject}, ${verdict}`, columns: ['', 'before', 'after'], rows }];
  });
