import { describe, expect, test } from 'vitest';
import { runRecordSchema, type RunRecord } from '../../../src/core/run.ts';
import { runStory, standing } from '../../../src/core/run-story.ts';
import { plannedSet } from '../../support/planned-set.ts';

const record = (fields: object): RunRecord =>
  runRecordSchema.parse({ when: 0, said: '', ids: [], way: 'do', ...fields });
const run = { id: 'r1', node: 'gpu-1', tool: 'restart', principal: 'ana', why: 'llama hangs' };
const started = record({ type: 'started', format: 1, run });
const plan = record({ type: 'planned', set: plannedSet(2) });
const saved = (step: number) => record({ type: 'saved', step, before: { pid: step } });
const intent = (step: number, way = 'do') => record({ type: 'intent', step, way, what: 'Restart llama.' });
const result = (step: number, how: string, way = 'do') => record({ type: 'result', step, way, how });
const verified = (step: number) => record({ type: 'verified', step });
const closed = (how: string) => record({ type: 'closed', how });
const note = record({ type: 'note', said: 'seen again' });

const storyOf = (...records: RunRecord[]) => {
  const story = runStory([started, ...records]);
  if (story === undefined) throw new Error('no story');
  return story;
};

test.each<[string, RunRecord[], string]>([
  ['a start', [note], 'started'],
  ['a plan', [plan], 'planned'],
  ['a plan with its rollback point', [plan, saved(1)], 'planned'],
  ['an intent', [plan, intent(1)], 'unknown'],
  ['an intent and notes', [plan, intent(1), note], 'unknown'],
  ['a result', [plan, intent(1), result(1, 'done')], 'running'],
  ['a failure', [plan, intent(1), result(1, 'failed')], 'running'],
  ['a dropped line', [plan, intent(1), result(1, 'unknown')], 'unknown'],
  ['the second of two', [plan, intent(1), result(1, 'done'), intent(2)], 'unknown'],
  ['an older unknown step', [plan, intent(1), intent(2), result(2, 'done')], 'unknown'],
  ['a step sent twice', [plan, intent(1), result(1, 'failed'), intent(1)], 'unknown'],
  ['a result found later', [plan, intent(1), result(1, 'unknown'), result(1, 'done')], 'running'],
  ['an undoing under way', [plan, intent(1), result(1, 'done'), intent(1, 'undo')], 'unknown'],
  ['an end', [plan, intent(1), result(1, 'done'), verified(1), closed('verified')], 'verified'],
  ['an end of a step never answered', [plan, intent(1), closed('verified')], 'unknown'],
  ['an end that says so', [plan, intent(1), closed('unknown')], 'unknown'],
  ['an undoing after the end', [plan, intent(1), result(1, 'done'), closed('verified'), intent(1, 'undo')], 'unknown'],
  [
    'an undoing that came to its end',
    [plan, intent(1), result(1, 'done'), intent(1, 'undo'), result(1, 'done', 'undo'), closed('rolled_back')],
    'rolled_back',
  ],
])('%s', (_name, records, expected) => expect(standing(storyOf(...records))).toBe(expected));

describe('the story', () => {
  test('tells of each step what was saved, what came of it, and whether it was proven', () => {
    const { steps, notes } = storyOf(
      plan,
      saved(1),
      intent(1),
      result(1, 'done'),
      verified(1),
      note,
      saved(2),
      intent(2),
    );
    expect(steps).toMatchObject([
      { befores: { do: { pid: 1 } }, ways: { do: { how: 'done', verified: true } } },
      { befores: { do: { pid: 2 } }, ways: { do: { how: 'unknown' } } },
    ]);
    expect(notes).toEqual(['seen again']);
  });

  test('forgets of a step that is sent once more that it was proven', () =>
    expect(storyOf(plan, intent(1), result(1, 'done'), verified(1), intent(1)).steps[0]?.ways.do).toEqual({
      how: 'unknown',
      said: 'No answer was written down.',
      at: 0,
      until: 0,
    }));

  test('is none where nothing began', () => expect(runStory([])).toBeUndefined());
});
