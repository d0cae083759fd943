import type { Finding } from '../core/report.ts';
import type { SentEnd } from '../core/run.ts';
import { standing, type RunStory } from '../core/run-story.ts';
import { openText } from '../core/run-words.ts';
import type { Told } from './ending.ts';
import { ends } from './ends.ts';

/** In a sentence; the whole of it stands below. */
const mostWhy = 300;

/** What a playbook found to be wrong before anything was done, the lowest cause first. */
export function causeOf({ found }: RunStory): Finding | undefined {
  const all = (found.before?.findings ?? []).filter(isTrouble);
  return (
    all.find(({ role, status }) => role === 'cause' && status === 'critical') ??
    all.find(({ role }) => role === 'cause') ??
    all.find(({ status }) => status === 'critical') ??
    all[0]
  );
}

export const isTrouble = ({ status }: Finding): boolean => status !== 'ok' && status !== 'not_applicable';

/** What was wrong, what was done, and how it ended; nothing of it twice. */
export function headline(run: Told): string {
  const { story, takenBackBy } = run;
  const ended = endOf(run);
  const wrong = wrongOf(story);
  const parts = [
    ...(wrong === '' || ended.includes(bareOf(wrong)) ? [] : [wrong]),
    ...deedsOf(story, ended),
    ended,
    ...(takenBackBy === undefined ? [] : [`Run ${takenBackBy} has taken it back since.`]),
  ];
  return `${story.run.node}: ${parts.map(sentence).join(' ')}`;
}

const deedWords: Readonly<Record<SentEnd | 'unsent', string>> = {
  done: 'Done',
  unknown: 'Sent',
  failed: 'Failed',
  not_done: 'Not done',
  unsent: 'Never sent',
};

/** What was to be done, by what came of it, but for what is said already. */
function deedsOf({ steps }: RunStory, said: string): readonly string[] {
  const told = steps.map(({ change, ways }) => ({ what: change.what, how: ways.do?.how ?? ('unsent' as const) }));
  return Object.entries(deedWords).flatMap(([how, word]) => {
    const deeds = told.filter((each) => each.how === how && !said.includes(bareOf(each.what)));
    return deeds.length === 0 ? [] : [`${word}: ${deeds.map(({ what }) => what).join(' ')}`];
  });
}

function wrongOf(story: RunStory): string {
  const cause = causeOf(story);
  if (cause !== undefined) return cause.summary;
  const { why, principal } = story.run;
  return why === '' ? '' : `asked for by ${principal}, because “${ends(bareOf(why), mostWhy)}”`;
}

export function endOf({ story, isUnderWay }: Told): string {
  if (isUnderWay) return 'It is under way.';
  const { closed } = story;
  const stands = standing(story);
  if (closed === undefined || closed.how !== stands) return capital(openText(stands));
  if (closed.how === 'escalated') return `Nothing was done, it is left to a person: ${closed.said}`;
  if (closed.how === 'unknown') return `It is not known whether this was done: ${closed.said}`;
  return closed.said;
}

const bareOf = (text: string): string => text.replace(/\.$/, '');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
