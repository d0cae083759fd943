import { describe, expect, test } from 'vitest';
import { stat, type Command } from '../../../src/core/command.ts';
import { ask, type Asking } from '../../../src/core/probe.ts';
import { inStep } from '../../../src/core/probe.ts';

function* paths(...names: string[]): Asking<string> {
  const answers: string[] = [];
  for (const name of names) {
    const reply = yield* ask(stat(name));
    answers.push(reply.ok ? 'found' : reply.message);
  }
  return answers.join(' ');
}

const pathOf = ({ ask }: Command) => ('path' in ask ? ask.path : '');

/** Drives with a reply that names the path asked for, and hands back the rounds. */
function rounds<T>(asking: Asking<T>): { value: T; asked: string[][] } {
  const asked: string[][] = [];
  let turn = asking.next();
  while (turn.done !== true) {
    asked.push(turn.value.map(pathOf));
    turn = asking.next(turn.value.map((each) => ({ ok: false, errno: 'ENOENT', message: pathOf(each), at: 0, ms: 0 })));
  }
  return { value: turn.value, asked };
}

describe('lines of questions in step', () => {
  test('are asked in rounds, and each gets its own answers', () => {
    expect(rounds(inStep([paths('a1', 'a2', 'a3'), paths(), paths('c1')]))).toEqual({
      value: ['a1 a2 a3', '', 'c1'],
      asked: [['a1', 'c1'], ['a2'], ['a3']],
    });
  });

  test('are over at once when there are none', () => {
    expect(rounds(inStep([]))).toEqual({ value: [], asked: [] });
  });
});
