import { stat, tail } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { Exit, Exits } from '../core/service-manager.ts';

/** What one line of a manager's own log tells about one of its units. `by hand`: what ends next was told to. */
export interface LifeLine {
  readonly at: number;
  readonly event: 'start' | 'end' | 'by hand';
  readonly how?: string;
}

/** Enough for some hundred starts. */
const bytes = 131_072;
const quarter = 900;

/** The ends that nobody asked for, with the time from the start before each. */
export function exitsIn(lines: readonly LifeLine[]): readonly Exit[] {
  const exits: Exit[] = [];
  let started: number | null = null;
  let told = false;
  for (const { at, event, how = 'no reason given' } of lines) {
    if (event === 'by hand') told = true;
    if (event === 'start') [started, told] = [at, false];
    if (event !== 'end') continue;
    if (!told) exits.push({ at, ranSeconds: started === null ? null : Math.max(0, at - started), how });
    [started, told] = [null, false];
  }
  return exits;
}

/** Seconds of a time that names no zone, as if it were UTC. Only differences, and `aheadSeconds`, make sense of it. */
export function localSeconds(text: string): number | undefined {
  const seconds = Date.parse(`${text.replace(' ', 'T').replace(',', '.')}Z`) / 1_000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** What a line says of a unit, and when; undefined for what is no line of the manager. */
export type ReadLine = (line: string) => { readonly at: number; readonly life?: LifeLine } | undefined;

/** Reads lines of a form: its first group is the time, its second what is said. */
export const lineReader =
  (
    form: RegExp,
    seconds: (time: string) => number | undefined,
    lifeOf: (said: string, at: number) => LifeLine | undefined,
  ): ReadLine =>
  (line) => {
    const [, time = '', said = ''] = form.exec(line) ?? [];
    const at = seconds(time);
    if (at === undefined) return undefined;
    const life = lifeOf(said, at);
    return life === undefined ? { at } : { at, life };
  };

/** Reads the end of a manager's log. When it was last written tells what zone its times are in: those have quarters. */
export function* exitLog(path: string, become: 'sudo' | undefined, read: ReadLine): Asking<Exits> {
  const [reply, file] = yield* askAll([tail(path, { bytes, become }), stat(path, { become })] as const);
  const text = fileTextIfAny(reply);
  if (text === undefined) {
    const said = reply.ok ? 'it can not be read' : reply.errno;
    return { source: path, exits: [], aheadSeconds: null, trouble: `${path}: ${said}` };
  }
  return { source: path, ...exitsOf(text, file.ok ? file.mtimeMs / 1_000 : null, read) };
}

export function exitsOf(text: string, writtenAt: number | null, read: ReadLine): Omit<Exits, 'source'> {
  const lines = text.split('\n').flatMap((line) => read(line) ?? []);
  const last = lines.at(-1)?.at;
  const quarters = last === undefined || writtenAt === null ? null : Math.round((last - writtenAt) / quarter);
  // Without the sum a little less than none would be -0.
  const ahead = quarters === null ? null : quarters * quarter + 0;
  return { exits: exitsIn(lines.flatMap(({ life }) => life ?? [])), aheadSeconds: ahead };
}
