import { count, durationText } from '../core/format.ts';
import type { Moment, PageSection, Tone } from '../core/page.ts';
import type { RunRecord, SentEnd, Way } from '../core/run.ts';
import type { RunStory } from '../core/run-story.ts';
import { approvalWords } from '../core/run-words.ts';
import { ending } from './ending.ts';
import { isTrouble, sentence } from './headline.ts';

/** What happened when, from the wish to the end. */
export function timeline(story: RunStory): PageSection {
  const { startedAt, approval, records } = story;
  const moments = records.flatMap((record, index) => told(story, record, records.slice(0, index)));
  const word = approval && {
    at: approval.at,
    text: `${approval.by} approved it ${approvalWords[approval.how]}.`,
    tone: 'good' as const,
  };
  const all = [...(word === undefined ? [] : [word]), ...moments].toSorted((a, b) => a.at - b.at);
  return {
    title: 'What happened when',
    blocks: [
      { kind: 'moments', moments: all.map((moment) => ({ ...moment, since: sinceText(moment.at - startedAt) })) },
    ],
  };
}

const sinceText = (ms: number): string =>
  ms === 0 ? '' : `${durationText(Math.abs(ms) / 1_000)} ${ms < 0 ? 'before' : 'after'}`;

type Told = Omit<Moment, 'since'>;

function told(story: RunStory, record: RunRecord, before: readonly RunRecord[]): readonly Told[] {
  const { run } = story;
  const say = (text: string, tone: Tone = 'plain'): readonly Told[] => [{ at: record.when, text, tone }];
  switch (record.type) {
    case 'started':
      return say(`${run.principal} asked for it by ${run.tool}.`);
    case 'planned':
      return say(`Planned: ${count(record.set.changes.length, 'change')}.`);
    case 'found': {
      const wrong = record.findings.filter(isTrouble).length;
      const looked = `${count(record.checks.length, 'check')} ${record.time === 'before' ? 'were looked at' : 'were looked at again'}`;
      return say(`${looked}: ${count(wrong, 'finding')} not well.`, wrong === 0 ? 'good' : 'warn');
    }
    case 'measured':
      return say(`Measured ${record.time === 'before' ? 'before' : 'after'} step ${record.step}.`);
    case 'judged':
      return say(
        `Judged ${record.is}: ${record.said}`,
        record.is === 'worse' || record.is === 'unproven' ? 'bad' : 'good',
      );
    case 'intent':
      return say(`${stepText(record)} sent: ${record.what}`);
    case 'result': {
      const took = tookText(record, before, 'intent');
      const answer = record.said === '' ? '' : `: ${record.said}`;
      return say(
        sentence(`${stepText(record)} ${sentText[record.how]}${took}${answer}`),
        record.how === 'done' ? 'plain' : 'bad',
      );
    }
    case 'verified':
      return say(sentence(`${stepText(record)} proven${tookText(record, before, 'result')}: ${record.said}`), 'good');
    case 'not_verified':
      return say(`${stepText(record)} not proven${tookText(record, before, 'result')}: ${record.said}`, 'bad');
    case 'closed': {
      const { text, tone } = ending({ story, isUnderWay: false, takenBackBy: undefined });
      return say(`Ended: ${text.toLowerCase()}.`, tone);
    }
    case 'note':
      return say(record.said);
    case 'seam':
      return say(`A crash tore the journal here; ${count(record.bytes, 'byte')} of it can not be read.`, 'unknown');
    // The approval is told of when it was given; what is needed to go back is not for people.
    default:
      return [];
  }
}

const stepText = ({ step, way }: { step: number; way: Way }): string =>
  `Step ${step}${way === 'do' ? '' : way === 'undo' ? ', taking it back:' : ', once more:'}`;

const sentText: Readonly<Record<SentEnd, string>> = {
  done: 'was carried out',
  failed: 'failed',
  not_done: 'was not carried out',
  unknown: 'left no answer',
};

/** How long it took since the last record of a kind about the same step. */
function tookText(
  { when, step, way }: { when: number; step: number; way: Way },
  before: readonly RunRecord[],
  type: 'intent' | 'result',
): string {
  const since = before.findLast((each) => each.type === type && each.step === step && each.way === way);
  return since === undefined ? '' : ` after ${durationText((when - since.when) / 1_000)}`;
}
