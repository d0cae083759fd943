import { OpsError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import type { Command } from './command.ts';

/** The command that the first words name, and the words after it. Errors: `USAGE` with the nearest command. */
export function findCommand(
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; rest: readonly string[] } {
  const [first = '', second = ''] = words;
  for (const [name, used] of [
    [`${first} ${second}`, 2],
    [first, 1],
  ] as const) {
    const command = commands.find(({ words: own, alias }) => own === name || alias === name);
    if (command !== undefined) return { command, rest: words.slice(used) };
  }
  const ofNoun = commands.filter(({ words: own }) => own.startsWith(`${first} `)).map(({ words: own }) => own);
  const meant = meantBy(commands, first, second);
  throw new OpsError(
    'USAGE',
    `There is no command ${JSON.stringify([first, ...(ofNoun.length > 0 ? [second] : [])].join(' ').trim())}.`,
    {
      hint:
        meant !== undefined
          ? `Did you mean: rackhand ${meant}`
          : ofNoun.length > 0
            ? `There are: ${ofNoun.join(', ')}.`
            : 'rackhand --help lists them all.',
    },
  );
}

/** Both words together are the better clue; the first alone may be a short name. */
function meantBy(commands: readonly Command[], first: string, second: string): string | undefined {
  const names = commands.flatMap(({ words, alias }) => [words, ...(alias === undefined ? [] : [alias])]);
  const short = names.filter((name) => !name.includes(' '));
  return nearest(`${first} ${second}`.trim(), names) ?? nearest(first, short);
}
