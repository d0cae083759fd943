import { durationText } from '../core/format.ts';
import type { Page } from '../core/page.ts';
import { commandLine } from '../core/quote.ts';
import { standing, type RunStory } from '../core/run-story.ts';
import { approvalWords } from '../core/run-words.ts';
import type { Evidence } from '../core/tool.ts';
import { changes } from './changes.ts';
import { ending, wasSent, type Told } from './ending.ts';
import { evidenceIds, evidencePart } from './evidence.ts';
import { headline } from './headline.ts';
import { measured } from './measured.ts';
import { utc } from './utc.ts';
import { meanwhile } from './meanwhile.ts';
import { timeline } from './timeline.ts';
import { followUps, whatNow, whatWasVerified } from './what-now.ts';
import { movedIn, movedText, whatWasWrong } from './what-was-wrong.ts';

export interface Incident extends Told {
  /** What is still kept of its evidence. */
  readonly evidence: readonly Evidence[];
  /** Epoch ms: as of when it is told. */
  readonly at: number;
}

/** A run as something to hand on: what was wrong, what was done, how it ended, and what is to be done now. */
export function incidentPage(incident: Incident): Page {
  const { story, evidence, at } = incident;
  const { run, startedAt, notes, records } = story;
  const badge = ending(incident);
  const simulated = run.simulated ?? [];
  return {
    title: `Incident report: ${run.node}, ${utc(startedAt).slice(0, 10)}`,
    badge,
    lead: headline(incident),
    warnings: [
      ...(simulated.length > 0 ? [`SIMULATED, not real: ${simulated.join(', ')}.`] : []),
      // What stands in no record is about the journal itself: how far it can be believed.
      ...notes.filter((note) => !records.some((record) => record.type === 'note' && record.said === note)),
    ],
    facts: factsOf(incident),
    sections: [
      ...whatNow(incident),
      ...whatWasWrong(story),
      ...changes(story),
      ...measured(story),
      ...meanwhile(story),
      ...whatWasVerified(story),
      timeline(story),
      ...evidencePart(evidenceIds(story), evidence),
    ],
    foot: `Told by rackhand from the journal of run ${run.id}, as of ${utc(at)}.`,
    brief: briefOf(incident),
  };
}

function factsOf({ story, takenBackBy }: Told): Page['facts'] {
  const { run, set, approval, startedAt, lastAt } = story;
  const { playbook } = run;
  const remedy = playbook?.remedy == null ? ', no remedy' : `, remedy ${playbook.remedy}`;
  return [
    ['node', run.node],
    ['began', utc(startedAt)],
    ['took', durationText((lastAt - startedAt) / 1_000)],
    ['asked by', `${run.principal}, by ${run.tool}`],
    ...(run.why === '' ? [] : [['why', run.why] as const]),
    ...(playbook === undefined
      ? []
      : [
          [
            'playbook',
            `${playbook.name}${remedy}${playbook.service === undefined ? '' : `, for ${playbook.service}`}`,
          ] as const,
        ]),
    ...(set === undefined ? [] : [['approved', approvedText(story)] as const]),
    ['run', run.id],
    ...(run.undoes === undefined ? [] : [['takes back', run.undoes] as const]),
    ...(takenBackBy === undefined ? [] : [['taken back by', takenBackBy] as const]),
    ...(set === undefined ? [] : [['plan', (approval?.digest ?? set.digest).slice(0, 12)] as const]),
  ];
}

function approvedText(story: RunStory): string {
  const { approval } = story;
  if (approval !== undefined) return `by ${approval.by} ${approvalWords[approval.how]}, ${utc(approval.at)}`;
  return wasSent(story) ? 'not needed, the policy allowed it' : 'no';
}

/** The lines of a message that the headline does not tell, the most important first. */
function briefOf(incident: Told): readonly string[] {
  const { story } = incident;
  const { run, startedAt, lastAt, set } = story;
  const moved = movedIn(story);
  const bad = moved.flatMap(({ kind, after }) => (kind === 'mended' || after === undefined ? [] : [after.summary]));
  const isProven = standing(story) === 'verified';
  const proof = story.steps.at(-1)?.ways.do?.proof;
  return [
    ...followUps(incident)
      .slice(0, 2)
      .map(({ say, words }) => `${say} ${commandLine(words)}`),
    ...(moved.length === 0 ? [] : [`Findings: ${movedText(moved)}`]),
    ...(isProven && proof !== undefined ? [`Proven: ${proof}`] : []),
    `Asked by ${run.principal}${set === undefined ? '' : `; approved: ${approvedText(story)}`}`,
    `Run ${run.id}, ${utc(startedAt)}, took ${durationText((lastAt - startedAt) / 1_000)}`,
    ...bad.slice(0, 2).map((summary) => `Not well: ${summary}`),
  ];
}
