import type { Block, PageSection } from '../core/page.ts';
import type { Risk } from '../core/risk.ts';
import { ways, type Way } from '../core/run.ts';
import type { RunStory, Sent, StepStory } from '../core/run-story.ts';
import { sentWords } from '../core/run-words.ts';
import { ends } from './ends.ts';

const mostDiffCharacters = 20_000;

const risks: Readonly<Record<Risk, string>> = {
  safe: 'safe for automation',
  approve: 'needs an approval, unless a rule allows it',
  person: 'only a person does it',
};

const wayWords: Readonly<Record<Way, string>> = { do: 'came of it', undo: 'taken back', again: 'once more' };

/** Each change as it was planned, and what came of it. */
export function changes({ steps }: RunStory): readonly PageSection[] {
  if (steps.length === 0) return [];
  const title = steps.length === 1 ? 'What was changed' : `What was changed, in ${steps.length} steps`;
  return [{ title, blocks: steps.flatMap((step, index) => stepBlocks(step, steps.length > 1 ? index + 1 : 0)) }];
}

function stepBlocks({ change, ways: sent }: StepStory, number: number): readonly Block[] {
  const came = ways.flatMap((way): readonly (readonly [string, string])[] => {
    const one = sent[way];
    if (one === undefined) return [];
    const what = way === 'undo' && change.undo !== null ? `${change.undo.what} It was ` : '';
    return [[wayWords[way], `${what}${sentText(one)}`]];
  });
  return [
    { kind: 'heading', text: `${number === 0 ? '' : `${number}. `}${change.what}` },
    {
      kind: 'facts',
      rows: [
        ['does', `${change.action} ${JSON.stringify(change.args)} on ${change.subject}`],
        ['risk', risks[change.risk]],
        ['who notices', change.drops.join(' ') || 'Nobody that is declared.'],
        ['to be proven by', change.proves.join(' ') || 'Nothing proves it.'],
        ['undo', change.undo?.what ?? 'Nothing takes it back.'],
        ...(came.length === 0 ? [[wayWords.do, 'It was never sent.'] as const] : came),
      ],
    },
    ...(change.diff === undefined
      ? []
      : [
          {
            kind: 'remote' as const,
            title: `What changes in ${change.subject}`,
            text: ends(change.diff.join('\n'), mostDiffCharacters),
            diff: true,
          },
        ]),
  ];
}

function sentText({ how, verified, said, proof }: Sent): string {
  if (verified === undefined) return `${sentWords[how]}${said === '' ? '' : `: ${said}`}`;
  return `${verified ? 'done and proven' : 'done, not proven'}: ${proof ?? said}`;
}
