import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import type { Talk } from './result.ts';

/** Where a drill and those who work on it leave each other word: beside the fleet file of its sandbox. */
const markOf = (folder: string) => join(folder, 'drill');

export const openDrill = (folder: string): void => writeFileSync(markOf(folder), '');

/** The folder of the drill that runs with this fleet file. Errors: `USAGE` where none does. */
export function drillFolder(fleetPath: string | undefined): string {
  const folder = fleetPath === undefined ? undefined : dirname(fleetPath);
  if (folder !== undefined && existsSync(markOf(folder))) return folder;
  throw new OpsError('USAGE', 'No drill runs with this fleet file.', {
    hint: 'rackhand drill starts one, and says what RACKHAND_FLEET must be for it.',
  });
}

export const giveAnswer = (folder: string, words: string): void => writeFileSync(join(folder, 'answer'), words);

/** What was the matter, in the words of whoever worked on it; undefined as long as nobody has said. */
export function answerIn(folder: string): string | undefined {
  const file = join(folder, 'answer');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

const metered = z.object({ tools: z.number(), calls: z.number(), answers: z.number(), steps: z.number() });
/** What one server was asked and answered, in bytes, and the calls of tools. */
export type Metered = z.infer<typeof metered>;
const meterName = /^meter-\d+\.json$/;

export const keepMeter = (folder: string, told: Metered): void =>
  writeFileSync(join(folder, `meter-${process.pid}.json`), JSON.stringify(told));

/** Of all servers of a drill; a host starts one for each of its sessions. Null where none was asked. */
export function metersIn(folder: string): (Talk & { readonly steps: number }) | null {
  const all = readdirSync(folder)
    .filter((name) => meterName.test(name))
    .map((name) => metered.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  const sum = (key: keyof Metered) => all.reduce((total, each) => total + each[key], 0);
  return all.length === 0
    ? null
    : { tools: sum('tools'), calls: sum('calls'), answers: sum('answers'), steps: sum('steps') };
}
