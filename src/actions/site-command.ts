import { z } from 'zod';
import { order, type Change, type Done, type Order, type Proof } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { serviceHealth } from '../checks/service-health.ts';
import { serviceRunning } from '../checks/service-running.ts';
import { durationText } from '../core/format.ts';
import type { Json } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import { commandLine } from '../core/quote.ts';
import type { SiteCommand } from '../core/site-command.ts';
import { undeclared } from './declared.ts';
import { ended } from './ended.ts';
import { fileMarks, fileMarkSchema } from './file-marks.ts';
import { refused, type Refused } from './refused.ts';

/** A declared command, or the refusal that names those there are. */
export function commandIn(node: Node, name: string): SiteCommand | Refused {
  const found = Object.hasOwn(node.commands, name) ? node.commands[name] : undefined;
  return (
    found ?? undeclared(`${node.name} declares no command ${JSON.stringify(name)}.`, name, Object.keys(node.commands))
  );
}

/** What it runs, to the word. */
export const commandWords = ({ words, become, seconds }: SiteCommand): string =>
  `${commandLine(words)}${become === undefined ? '' : ' as root'}, for ${durationText(seconds)} at most`;

const approvedSchema = z.object({
  command: z.object({
    words: z.tuple([z.string()], z.string()),
    become: z.enum(['sudo']).nullable(),
    seconds: z.number(),
  }),
});

// An alias, because an interface is no JSON to the compiler.
type CommandWorld = {
  readonly command: Pick<SiteCommand, 'words' | 'seconds'> & { readonly become: 'sudo' | null };
  readonly programs: readonly Json[];
};

/** What is approved of a command: its words, and the programs that these name as they are now. */
export function* commandWorld(name: string, { words, become, seconds }: SiteCommand): Asking<CommandWorld | Refused> {
  const paths = words.slice(0, 2).filter((word) => word.startsWith('/'));
  const marks = yield* fileMarks(paths, become);
  const first = marks[0]?.type;
  if (words[0] === paths[0] && first !== 'file')
    return refused(`${name} can not be run: ${paths[0]} is ${first === undefined ? 'not there' : `a ${first}`}.`);
  const programs = paths.map((path, index) => ({ path, is: marks[index] ?? null }));
  return { command: { words, become: become ?? null, seconds }, programs };
}

/** Runs what was approved. */
export function commandOrder(world: Json): Order {
  const { words, become, seconds } = approvedSchema.parse(world).command;
  const command = alterByRun(words, { become: become ?? undefined, deadlineMs: seconds * 1_000, bytes: 65_536 });
  return order(command, (reply) => ended(reply));
}

const keptSchema = z.object({
  paths: z.array(z.string()),
  become: z.enum(['sudo']).nullable(),
  marks: z.array(fileMarkSchema),
});

/** The files by which it shows later whether a command has run, as they are now. */
export function* filesBefore(paths: readonly string[], become: 'sudo' | undefined): Asking<Json> {
  return { paths, become: become ?? null, marks: yield* fileMarks(paths, become) };
}

/** Whether these files are there, and others than before; without any nothing shows whether a command has run. */
export function* filesDone(before: Json): Asking<Done> {
  const { paths, become, marks } = keptSchema.parse(before);
  if (paths.length === 0) return { is: 'untold', say: 'No file is declared that would show whether it has run.' };
  const now = yield* fileMarks(paths, become ?? undefined);
  const missing = paths.find((_, index) => now[index]?.type !== 'file' || now[index].size === 0);
  if (missing !== undefined) return { is: 'not_done', say: `${missing} is not there, or is empty.` };
  if (JSON.stringify(now) === JSON.stringify(marks))
    return { is: 'untold', say: `${paths.join(', ')}: there, as before; whether it has run does not show.` };
  return { is: 'done', mark: JSON.stringify(now) };
}

/** The command that takes it back. */
export const commandUndo = ({ undo }: SiteCommand): Change['undo'] =>
  undo === undefined ? null : { action: 'command.run', args: { name: undo }, what: `Run ${undo}.` };

/** The service that a command names must be well, where anything can be asked about that. */
export function commandProof(command: SiteCommand | undefined, node: Node): Proof {
  const service = node.services.find(({ name }) => name === command?.service);
  const speaks = service !== undefined && (service.manager !== 'none' || service.health.length > 0);
  return speaks
    ? { checks: [serviceRunning, serviceHealth], services: [service.name], quietSeconds: 10, withinSeconds: 180 }
    : { checks: [], services: [], quietSeconds: 1, withinSeconds: 10 };
}
