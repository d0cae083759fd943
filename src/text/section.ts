import { stripVTControlCharacters } from 'node:util';
import { count } from '../core/format.ts';
import type { Paint } from './paint.ts';
import { fairShare } from './share.ts';

/** A part of a text: what is counted and left out when it gets too long is an item of one or more lines. */
export interface Section {
  readonly title: string;
  /** A line between title and items: the head of a table, a warning. */
  readonly lead?: string;
  readonly items: readonly (readonly string[])[];
  /** What one item is called. */
  readonly item: string;
  /** Which items stay when not all can. */
  readonly keeps: 'first' | 'last';
}

export interface Fitted {
  readonly sections: readonly Section[];
  /** `12 findings`, `200 lines`; empty when everything fitted. */
  readonly leftOut: readonly string[];
}

const indent = '  ';
/** Ink is not read, so it is not counted. */
const sizeOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + indent.length + stripVTControlCharacters(line).length + 1, 0);
const frameOf = ({ title, lead }: Section): number => title.length + 2 + (lead === undefined ? 0 : sizeOf([lead]));

/** Sections that together have at most `characters`: the long ones lose items, the short ones stay whole. */
export function fit(sections: readonly Section[], characters: number): Fitted {
  const sizes = sections.map((section) => frameOf(section) + sizeOf(section.items.flat()));
  const share = fairShare(sizes, characters);
  const kept = sections.map((section, index) => ((sizes[index] ?? 0) <= share ? section : shortened(section, share)));
  const leftOut = sections.flatMap(({ items, item }, index) => {
    const missing = items.length - (kept[index]?.items.length ?? 0);
    return missing === 0 ? [] : [count(missing, item)];
  });
  return { sections: kept.filter(({ items }) => items.length > 0), leftOut };
}

function shortened(section: Section, characters: number): Section {
  let room = characters - frameOf(section);
  const ordered = section.keeps === 'first' ? section.items : section.items.toReversed();
  const kept: (readonly string[])[] = [];
  for (const lines of ordered) {
    room -= sizeOf(lines);
    if (room < 0) break;
    kept.push(lines);
  }
  return { ...section, items: section.keeps === 'first' ? kept : kept.toReversed() };
}

export const sectionLines = ({ title, lead, items }: Section, paint: Paint): readonly string[] => [
  '',
  paint('bold', title),
  ...[...(lead === undefined ? [] : [lead]), ...items.flat()].map((line) => (line === '' ? '' : indent + line)),
];
