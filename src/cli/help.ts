import { tableText } from '../text/table-text.ts';
import { wrapped } from '../text/columns.ts';
import type { Paint } from '../text/paint.ts';
import type { Command } from './command.ts';
import type { Flag } from './flags.ts';

interface Page {
  readonly width: number;
  readonly paint: Paint;
}

/** `rackhand log tail NODE SERVICE` */
export function usageLine(command: Command): string {
  const flags = command.flags();
  const standing = command.positional.map((key) => {
    const flag = flags.find((each) => each.key === key);
    const name = `${key.toUpperCase()}${flag?.many === true ? '...' : ''}`;
    return flag?.required === true ? name : `[${name}]`;
  });
  return ['rackhand', command.words, ...standing].join(' ');
}

/** All commands, what holds for each of them, and what the exit status says. */
export function overview(commands: readonly Command[], everywhere: readonly Flag[], page: Page): string {
  const rows = commands.map((command) => [
    usageLine(command).replace(/^rackhand /, ''),
    command.alias === undefined ? command.title : `${command.title} (short: rackhand ${command.alias})`,
  ]);
  return [
    'rackhand looks at GPU nodes over SSH and says what is wrong, why, and what helps now.',
    ...part('Commands', rows, page),
    ...part('Everywhere', everywhere.map(flagRow), page),
    ...part('Exit status', exitRows, page),
    '',
    'A playbook is a command as well: rackhand PLAYBOOK [NODES...]. rackhand playbooks lists them.',
    'More about one command: rackhand COMMAND --help',
  ].join('\n');
}

/** One command with its inputs. */
export function commandHelp(command: Command, everywhere: readonly Flag[], page: Page): string {
  const flags = command.flags();
  const isStanding = ({ key }: Flag) => command.positional.includes(key);
  const standing = flags.filter(isStanding).map((flag) => [flag.key.toUpperCase(), flag.says]);
  const own = flags.filter((flag) => !isStanding(flag));
  const others = everywhere.filter(({ key }) => !own.some((flag) => flag.key === key));
  return [
    page.paint('bold', usageLine(command)),
    ...(command.alias === undefined ? [] : [`short: rackhand ${command.alias}`]),
    '',
    ...wrapped(command.about, Math.min(page.width, 100)),
    ...part('Inputs', standing, page),
    ...part('Flags', own.map(flagRow), page),
    ...part('Everywhere', others.map(flagRow), page),
  ].join('\n');
}

const exitRows = [
  ['0', 'ok'],
  ['1', 'degraded'],
  ['2', 'critical'],
  ['3', 'unknown: it could not be looked at'],
  ['64', 'wrong words on the command line'],
  ['69', 'the node can not be reached'],
  ['70', 'a defect of rackhand'],
  ['74', 'what must be written down can not be written, and nothing is changed'],
  ['75', 'too slow or busy now, try again; or a change waits for an approval, or is held back'],
  ['77', 'refused: host key or login; or a change is denied, refused or not approved'],
  ['78', 'something is wrong with the fleet file'],
  ['130', 'stopped by you'],
];

const flagRow = ({ flag, type, choices, says, many }: Flag): readonly string[] => [
  `${flag}${type === 'boolean' ? '' : ` ${choices.length > 0 ? choices.join('|') : type === 'number' ? 'N' : 'VALUE'}`}${many ? ' ...' : ''}`,
  says,
];

function part(title: string, rows: readonly (readonly string[])[], { width, paint }: Page): readonly string[] {
  if (rows.length === 0) return [];
  const table = tableText({ columns: ['', ''], rows }, { width: width - 2, paint });
  return ['', paint('bold', title), ...table.rows.flat().map((line) => `  ${line}`)];
}
