import { OpsError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import type { Command } from './command.ts';

interface Found {
  readonly command: Command;
  /** The words after those that named it. */
  readonly rest: readonly string[];
}

/** The command that the first two words name, or the first one. */
export function namedCommand(commands: readonly Command[], words: readonly string[]): Found | undefined {
  for (const used of [2, 1]) {
    const name = words.slice(0, used).join(' ');
    const command = commands.find(({ words: own, alias }) => own === name || alias === name);
    if (command !== undefined) return { command, rest: words.slice(used) };
  }
  return undefined;
}

/** The same, of all commands. Errors: `USAGE` with the nearest command, or those that begin alike. */
export function findCommand(commands: readonly Command[], words: readonly string[]): Found {
  const found = namedCommand(commands, words);
  if (found !== undefined) return found;
  const [first = ''] = words;
  const alike = commands.map(({ words: own }) => own).filter((own) => own.startsWith(`${first} `));
  const typed = words.slice(0, alike.length > 0 ? 2 : 1).join(' ');
  const meant = meantBy(commands, words);
  const others = alike.length > 0 ? `There are: ${alike.join(', ')}.` : 'rackhand --help lists them all.';
  throw new OpsError('USAGE', `There is no command ${JSON.stringify(typed)}.`, {
    hint: meant === undefined ? others : `Did you mean: rackhand ${meant}`,
  });
}

/** Whether words are close to those of a command. */
export const isNear = (commands: readonly Command[], words: readonly string[]): boolean =>
  commands.some(({ words: own }) => own.startsWith(`${words[0]} `)) || meantBy(commands, words) !== undefined;

/** Two words together are the better clue; the first alone may be a short name. */
function meantBy(commands: readonly Command[], words: readonly string[]): string | undefined {
  const names = commands.flatMap(({ words: own, alias }) => [own, ...(alias === undefined ? [] : [alias])]);
  const short = names.filter((name) => !name.includes(' '));
  return nearest(words.slice(0, 2).join(' '), names) ?? nearest(words[0] ?? '', short);
}
