import { count } from '../core/format.ts';
import type { Block, PageSection } from '../core/page.ts';
import type { RunStory } from '../core/run-story.ts';
import type { Evidence } from '../core/tool.ts';
import { ends } from './ends.ts';
import { isTrouble } from './headline.ts';

const mostPieces = 12;
const mostCharacters = 6_000;
/** A look has hundreds of questions; so many more are named, to be asked for one by one. */
const mostNamed = 24;

/** The ids of what a run rests on, the most telling first: what spoke against it, what was wrong, then what proved it. */
export function evidenceIds({ records, found: { before, after } }: RunStory): readonly string[] {
  const idsOf = (type: 'not_verified' | 'verified' | 'measured' | 'saved') =>
    records.flatMap((record) => (record.type === type ? record.ids : []));
  const wrong = [before, after].flatMap((each) => each?.findings.filter(isTrouble) ?? []);
  const cause = wrong.filter(({ role }) => role === 'cause');
  const critical = wrong.filter(({ status }) => status === 'critical');
  const ids = [
    ...idsOf('not_verified'),
    ...[...cause, ...critical, ...wrong].flatMap(({ evidence }) => evidence),
    ...idsOf('verified'),
    ...idsOf('measured'),
    ...idsOf('saved'),
  ];
  return [...new Set(ids)].slice(0, mostNamed);
}

/** What was kept, folded, and bounded: the rest is to be had by its id. */
export function evidencePart(ids: readonly string[], kept: readonly Evidence[]): readonly PageSection[] {
  if (ids.length === 0) return [];
  const shown = kept.slice(0, mostPieces);
  const left = kept.slice(mostPieces);
  const gone = ids.length - kept.length;
  return [
    {
      title: 'Evidence',
      blocks: [
        ...shown.map(({ id, title, text }): Block => ({
          kind: 'remote',
          title: `${id}: ${title}`,
          text: ends(text, mostCharacters),
          folded: true,
        })),
        ...(left.length > 0
          ? [{ kind: 'text' as const, text: `Left out to stay short: ${left.map(({ id }) => id).join(' ')}.` }]
          : []),
        ...(gone > 0 ? [{ kind: 'text' as const, text: `Not kept any more: ${count(gone, 'piece')}.` }] : []),
        ...(kept.length > 0
          ? [
              {
                kind: 'command' as const,
                say: 'Each whole, by its id:',
                words: ['rackhand', 'evidence', kept[0]?.id ?? ''],
              },
            ]
          : []),
      ],
    },
  ];
}
