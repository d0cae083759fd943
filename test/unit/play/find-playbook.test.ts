import { expect, test } from 'vitest';
import { definePlaybook } from '../../../src/core/playbook.ts';
import { inputsOf } from '../../../src/play/find-playbook.ts';

const playbook = definePlaybook({
  name: 'publish',
  title: 'Publish',
  summary: 'Publishes.',
  inputs: { version: 'What is to run' },
  diagnose: [{ asks: 'Room?', checks: ['node.disk'] }],
});

test('an input is what stands behind the first equals sign', () => {
  expect(inputsOf(playbook, ['version=a=b'])).toEqual({ version: 'a=b' });
});

test.each([
  [['version=1', 'verson=2'], 'publish takes no "verson".'],
  [['version=1', 'constructor=2'], 'publish takes no "constructor".'],
  [['version'], '"version" is not of the form name=value.'],
  [[], 'publish wants version: What is to run'],
])('%j is refused', (given, says) => {
  expect(() => inputsOf(playbook, given)).toThrow(says);
});
