import { parseArgs } from 'node:util';
import { OpsError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import type { Command, Values } from './command.ts';
import type { Flag } from './flags.ts';
import { usageLine } from './help.ts';

/**
 * The values that words on the command line mean.
 *
 * Errors: `USAGE`, naming the flag or the input, with the nearest one that there is.
 */
export function readWords(command: Command, flags: readonly Flag[], words: readonly string[]): Values {
  const options = Object.fromEntries(
    flags.map(({ flag, type }) => [flag.slice(2), { type: type === 'boolean' ? 'boolean' : 'string' } as const]),
  );
  const { tokens } = parseArgs({
    args: [...words],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const values: Record<string, string | number | boolean | string[]> = {};
  const standing: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') standing.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = flags.find((each) => each.flag === token.rawName) ?? unknownFlag(command, flags, token.rawName);
    if (flag.type === 'boolean') {
      if (token.value !== undefined) throw usage(command, `${flag.flag} takes no value.`);
      values[flag.key] = true;
    } else {
      const value = token.value;
      if (value === undefined || (!token.inlineValue && /^-./.test(value)))
        throw usage(command, `${flag.flag} needs a value; one that begins with "-" is written ${flag.flag}=VALUE.`);
      given.set(flag.key, [...(flag.many ? (given.get(flag.key) ?? []) : []), value]);
    }
  }
  for (const [key, texts] of [...standingValues(command, flags, standing), ...given]) {
    const flag = flags.find((each) => each.key === key);
    if (flag === undefined) continue;
    const read = texts.map((text) => checked(command, flag, text));
    const [first] = read;
    if (flag.many) values[key] = read.map(String);
    else if (first !== undefined) values[key] = first;
  }
  const missing = flags.filter(({ key, required }) => required && values[key] === undefined);
  if (missing.length > 0)
    throw usage(command, `${command.words} needs ${missing.map(({ key }) => key.toUpperCase()).join(' and ')}.`);
  return values;
}

/** Words without a flag, given to the inputs in their order; one that takes many takes the rest. */
function standingValues(
  command: Command,
  flags: readonly Flag[],
  words: readonly string[],
): readonly [string, string[]][] {
  const left = [...words];
  const taken = command.positional.map((key): [string, string[]] => {
    const many = flags.some((flag) => flag.key === key && flag.many);
    return [key, left.splice(0, many ? left.length : 1)];
  });
  if (left.length > 0)
    throw usage(command, `${command.words} has no use for ${left.map((word) => JSON.stringify(word)).join(' ')}.`);
  return taken.filter(([, texts]) => texts.length > 0);
}

function checked(command: Command, { flag, type, choices }: Flag, text: string): string | number {
  if (choices.length > 0 && !choices.includes(text))
    throw usage(command, `${flag} takes ${choices.join(' or ')}, not ${JSON.stringify(text)}.`);
  if (type !== 'number') return text;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number))
    throw usage(command, `${flag} takes a number, not ${JSON.stringify(text)}.`);
  return number;
}

function unknownFlag(command: Command, flags: readonly Flag[], name: string): never {
  const meant = nearest(
    name,
    flags.map(({ flag }) => flag),
  );
  throw usage(command, `${command.words} has no ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`);
}

const usage = (command: Command, message: string): OpsError =>
  new OpsError('USAGE', message, { hint: `${usageLine(command)}; more with --help.` });
