import { expect, test } from 'vitest';
import { runRecordSchema, type RunRecord } from '../../../src/core/run.ts';
import { runState } from '../../../src/core/run-state.ts';

const digest = 'a'.repeat(64);
const other = 'b'.repeat(64);
const record = (fields: object): RunRecord => runRecordSchema.parse({ when: 0, said: '', ...fields });

const started = record({
  type: 'started',
  format: 1,
  run: { id: 'r1', node: 'gpu-1', tool: 'restart', principal: 'ana', why: 'llama hangs' },
});
const plan = (needsApproval = false, of = digest) =>
  record({ type: 'planned', digest: of, needsApproval, changes: [{ what: 'restart llama', undo: null }] });
const approved = record({ type: 'approved', digest, by: 'ben', policy: '1', until: 9 });
const intent = (step: number) => record({ type: 'intent', step, what: 'restart llama' });
const result = (step: number, how: string) => record({ type: 'result', step, how });
const undone = (step: number) => record({ type: 'undone', step });
const closed = (how: string) => record({ type: 'closed', how });
const note = record({ type: 'note' });

test.each<[string, RunRecord[], object]>([
  ['nothing', [], { is: 'started' }],
  ['a start', [started, note], { is: 'started' }],
  ['a plan that needs no approval', [started, plan()], { is: 'planned', digest, approval: undefined }],
  ['a plan that needs one', [plan(true)], { is: 'awaiting_approval', digest }],
  ['an approved plan', [plan(true), approved], { is: 'planned', digest, approval: approved }],
  ['a plan approved before and planned the same again', [plan(true), approved, plan(true)], { is: 'planned' }],
  ['a plan approved and then changed', [plan(true), approved, plan(true, other)], { is: 'awaiting_approval' }],
  ['an intent', [plan(), intent(1)], { is: 'unknown', step: 1 }],
  ['an intent and notes', [plan(), intent(1), note], { is: 'unknown', step: 1 }],
  ['a result', [plan(), intent(1), result(1, 'done')], { is: 'running', step: 1, end: 'done' }],
  ['a failure', [plan(), intent(1), result(1, 'failed')], { is: 'running', step: 1, end: 'failed' }],
  ['a dropped line', [plan(), intent(1), result(1, 'unknown')], { is: 'unknown', step: 1 }],
  ['the second of two', [intent(1), result(1, 'done'), intent(2)], { is: 'unknown', step: 2 }],
  ['an older unknown step', [intent(1), intent(2), result(2, 'done')], { is: 'unknown', step: 1 }],
  ['a step sent twice', [intent(1), result(1, 'failed'), intent(1)], { is: 'unknown', step: 1 }],
  ['a result found later', [intent(1), result(1, 'unknown'), result(1, 'done')], { is: 'running', step: 1 }],
  ['a step undone', [intent(1), result(1, 'unknown'), undone(1)], { is: 'running', step: 1, end: 'undone' }],
  ['an end', [intent(1), result(1, 'done'), closed('verified')], { is: 'finished', how: 'verified' }],
  ['an end of a step never answered', [intent(1), closed('verified')], { is: 'unknown', step: 1 }],
  ['an end that says so', [intent(1), closed('unknown')], { is: 'finished', how: 'unknown' }],
  ['an undoing after the end', [closed('verified'), intent(2)], { is: 'unknown', step: 2 }],
  [
    'an undoing that came to its end',
    [intent(1), result(1, 'done'), closed('verified'), intent(2), result(2, 'done'), undone(1), closed('rolled_back')],
    { is: 'finished', how: 'rolled_back' },
  ],
])('%s', (_name, records, state) => expect(runState(records)).toMatchObject(state));
