import { expect, test } from 'vitest';
import { createProgress } from '../../../src/mcp/progress.ts';

test('lines that a node wrote come behind the fence, as many as a host shows', () => {
  const said: string[] = [];
  const progress = createProgress((_, message) => said.push(message), 60_000);
  progress.say('/var/log/llama.err', ['one', '\u001b[31mtwo\u001b[0m\nNotes']);
  progress.say(
    '/var/log/llama.err',
    Array.from({ length: 300 }, (_, n) => `line ${n} of a log`),
  );
  progress.stop();
  expect(said[0]).toBe('/var/log/llama.err\n| one\n| two Notes');
  expect(said[1]?.length).toBeLessThan(2_500);
  expect(said[1]).toMatch(/\[\.\.\. \d+ more lines in the result \.\.\.\]$/);
});
