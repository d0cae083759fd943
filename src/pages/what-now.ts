import { count } from '../core/format.ts';
import type { Block, PageSection } from '../core/page.ts';
import { canUndo, standing, type RunStory } from '../core/run-story.ts';
import { wasSent, type Told } from './ending.ts';
import { endOf, sentence } from './headline.ts';
import { movedIn } from './what-was-wrong.ts';

type Command = Extract<Block, { kind: 'command' }>;

const command = (say: string, ...words: readonly string[]): Command => ({
  kind: 'command',
  say,
  words: ['rackhand', ...words],
});

/** What a person does now, the first of them first: how each is typed. */
export function followUps({ story, isUnderWay, takenBackBy }: Told): readonly Command[] {
  const { id, node } = story.run;
  const stands = standing(story);
  const look = command('Look at the node as it is now:', 'node', 'triage', node);
  const service = story.steps.flatMap(({ change }) => change.service ?? [])[0];
  const log = service === undefined ? [] : [command(`Read what ${service} wrote:`, 'log', 'tail', node, service)];
  const undo = takenBackBy === undefined && canUndo(story) ? [command('Take it back:', 'run', 'undo', id)] : [];
  const stillWrong = movedIn(story).some(({ kind }) => kind !== 'mended');
  if (isUnderWay)
    return [
      command('Hear how it ends:', 'run', 'show', id, '--wait', '45'),
      command('Stop it at the next safe point:', 'run', 'cancel', id),
    ];
  if (story.closed === undefined)
    return [
      command('Finish it, from where it stands:', 'run', 'resume', id),
      command('Or take back what it did:', 'run', 'resume', id, '--way', 'back'),
    ];
  switch (stands) {
    case 'verified':
      return [...(stillWrong ? [look] : []), ...undo];
    case 'rolled_back':
      return [...log, look];
    case 'not_verified':
      return wasSent(story) ? [look, ...log, ...undo] : [look];
    case 'escalated':
      return [look];
    default:
      return [look, ...log, ...undo];
  }
}

/** The advice that goes with how it ended, and the commands for it. */
export function whatNow(run: Told): readonly PageSection[] {
  const advice = adviceOf(run);
  const blocks = [...advice.map((text): Block => ({ kind: 'text', text })), ...followUps(run)];
  return blocks.length === 0 ? [] : [{ title: 'What to do now', blocks }];
}

function adviceOf(run: Told): readonly string[] {
  const { story, takenBackBy } = run;
  if (run.isUnderWay) return [endOf(run)];
  const stillWrong = movedIn(story).filter(({ kind }) => kind !== 'mended').length;
  switch (standing(story)) {
    case 'verified':
      if (takenBackBy !== undefined) return ['It was taken back since: find out why before it is done again.'];
      return [
        stillWrong === 0 ? 'Nothing: it is done and proven.' : 'It is done and proven, but not everything is well.',
        ...(canUndo(story) ? [] : ['Nothing takes it back.']),
      ];
    case 'rolled_back':
      return [
        'What it had changed is taken back. Find out why before this is done again: the evidence here is of that time.',
      ];
    case 'not_verified':
      return wasSent(story)
        ? ['It was changed and is not proven, and it was not taken back. Find out why before this is done again.']
        : ['Nothing was changed. Put right what hindered it, then ask for it again.'];
    case 'escalated':
      return ['Nothing was done here, this is left to a person:', sentence(story.closed?.said ?? '')];
    case 'unknown':
      return [
        'It may have been done, or done in part. Do not repeat it: look at the node first.',
        ...(story.closed === undefined ? [] : ['Then do by hand what is missing, or take it back.']),
      ];
    default:
      return [endOf(run)];
  }
}

/** By what it was proven, way by way, and what was looked at again. */
export function whatWasVerified(story: RunStory): readonly PageSection[] {
  const proven = story.steps.flatMap(({ change, ways }) => [
    ...(ways.do?.verified === true ? [`${change.what} ${sentence(capital(ways.do.proof))}`] : []),
    ...(ways.undo?.verified === true && change.undo !== null
      ? [`${change.undo.what} ${sentence(capital(ways.undo.proof))}`]
      : []),
    ...(ways.again?.verified === true ? [`${change.what} Once more: ${sentence(ways.again.proof ?? '')}`] : []),
  ]);
  const again = story.found.after === undefined ? [] : [againText(story)];
  const items = [...proven, ...again];
  return items.length === 0 ? [] : [{ title: 'What was verified', blocks: [{ kind: 'list', items }] }];
}

function againText(story: RunStory): string {
  const critical = movedIn(story).filter(({ after }) => after?.status === 'critical');
  const fresh = critical.filter(({ before }) => before?.status !== 'critical').length;
  const still = critical.length - fresh;
  const looked = 'What the playbook had looked at was looked at again:';
  if (fresh > 0) return `${looked} ${count(fresh, 'thing')} critical that was not before.`;
  return `${looked} nothing is critical that was not${still === 0 ? '' : `, and ${count(still, 'thing')} still`}.`;
}

const capital = (text = ''): string => text.charAt(0).toUpperCase() + text.slice(1);
