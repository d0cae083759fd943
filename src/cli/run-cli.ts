import { parseArgs } from 'node:util';
import type { App } from '../app.ts';
import { opsError } from '../core/errors.ts';
import type { Face } from '../core/principal.ts';
import { version } from '../version.ts';
import { abortOnSignal } from './abort-on-signal.ts';
import type { Command, Context } from './command.ts';
import { everywhere } from './everywhere.ts';
import { findCommand, isNear, namedCommand } from './find-command.ts';
import { commandHelp, overview } from './help.ts';
import { ownCommands } from './own-commands.ts';
import { readWords } from './read-words.ts';
import { playbookCommands } from './playbook-commands.ts';
import { complain, print, stdoutPage } from './terminal.ts';
import { toolCommand } from './tool-command.ts';

export interface CliOptions extends Pick<Context, 'tools' | 'toolList'> {
  readonly words: readonly string[];
  openApp(options: { fleetPath: string | undefined; face: Face }): Promise<App>;
}

/** Does what the words on the command line say, and resolves to the exit status. It never rejects. */
export async function runCli({ words, tools, toolList, openApp }: CliOptions): Promise<number> {
  const stop = abortOnSignal();
  let opened: Promise<App> | undefined;
  let json = false;
  try {
    const { leading, rest: typed } = leadingFlags(words);
    if (leading.includes('--version')) return said(version());
    const all = async () => [...(await tools()).map(toolCommand), ...ownCommands];
    if (typed.length === 0) return said(overview(await all(), everywhere(), stdoutPage()));
    const own = async () =>
      await (await (opened ??= openApp({ fleetPath: fleetIn(words), face: 'cli' }))).playbooks.own();
    const withPlaybooks = async () => {
      const commands = await all();
      return [...commands, ...(await playbookCommands(typed, { own, isNear: isNear(commands, typed) }))];
    };
    const { command, rest } =
      namedCommand(ownCommands, typed) ?? namedCommand(await all(), typed) ?? findCommand(await withPlaybooks(), typed);
    const asked = [...leading, ...rest];
    if (asked.some((word) => word === '--help' || word === '-h'))
      return said(commandHelp(command, everywhere(), stdoutPage()));
    json = asked.includes('--json');
    const { values, fleetPath, detail } = read(command, asked);
    const app = () => (opened ??= openApp({ fleetPath, face: command.face ?? 'cli' }));
    const status = await command.run(values, { tools, toolList, app, fleetPath, json, detail, signal: stop.signal });
    return stop.stopped() && command.runsUntilStopped !== true ? interrupted : status;
  } catch (thrown) {
    return failed(thrown, { json, stopped: stop.stopped() });
  } finally {
    await opened
      ?.then((app) => app.close())
      .catch((thrown: unknown) => failed(thrown, { json: false, stopped: false }));
    stop.dispose();
  }
}

/** As a shell says it of a program ended by SIGINT. */
const interrupted = 130;

/** Flags may stand before the command; of those only `--fleet` and `--detail` take a value. */
function leadingFlags(words: readonly string[]): { leading: readonly string[]; rest: readonly string[] } {
  let at = 0;
  while (words[at]?.startsWith('-') === true) at += words[at] === '--fleet' || words[at] === '--detail' ? 2 : 1;
  return { leading: words.slice(0, at), rest: words.slice(at) };
}

/** The fleet file that is named somewhere among words, before it is known which command they are for. */
function fleetIn(words: readonly string[]): string | undefined {
  const { fleet } = parseArgs({
    args: [...words],
    options: { fleet: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  }).values;
  return typeof fleet === 'string' ? fleet : undefined;
}

/** The command's own values, and what every command takes. A tool with a `detail` input gets it as well. */
function read(command: Command, words: readonly string[]) {
  const own = command.flags();
  const shared = everywhere().filter(({ key }) => !own.some((flag) => flag.key === key));
  const all = readWords(command, [...own, ...shared], words);
  const values = Object.fromEntries(Object.entries(all).filter(([key]) => own.some((flag) => flag.key === key)));
  const fleetPath = typeof all['fleet'] === 'string' ? all['fleet'] : undefined;
  return { values, fleetPath, detail: all['detail'] === 'full' ? ('full' as const) : ('brief' as const) };
}

function said(text: string): number {
  print(text);
  return 0;
}

function failed(thrown: unknown, { json, stopped }: { json: boolean; stopped: boolean }): number {
  const error = opsError(thrown);
  const { code, message, hint, kind } = error;
  if (json) print(JSON.stringify({ error: { code, message, ...(hint !== undefined && { hint }) } }, undefined, 2));
  complain(`error: ${message}${hint === undefined ? '' : `\nhint: ${hint}`}`);
  if (code === 'DEFECT' && process.env['RACKHAND_LOG'] === 'debug' && error.cause instanceof Error)
    complain(error.cause.stack ?? '');
  return stopped ? interrupted : kind.exitCode;
}
