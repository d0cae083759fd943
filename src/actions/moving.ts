import { z } from 'zod';
import { order, type Done, type Order, type Proof } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import type { Json } from '../core/json.ts';
import type { Asking } from '../core/probe.ts';
import { sha256 } from '../core/sha256.ts';
import { ended } from './ended.ts';
import { fileMarks, type FileMark } from './file-marks.ts';
import { scriptStart } from './script-start.ts';

/** Renames what is of a size and a time, and only to where nothing stands. Words: from, to, size, seconds. */
export const moveFile = `${scriptStart}
from=$1 to=$2 was="$3 $4"
[ ! -L "$from" ] || end 65 'it is a link now'
[ -e "$from" ] || end 65 'nothing stands there any more'
[ "$(stat -c '%s %Y' "$from")" = "$was" ] || end 65 'it was written to meanwhile'
[ ! -e "$to" ] && [ ! -L "$to" ] || end 65 "something stands at $to"
said=$(mv -n "$from" "$to" 2>&1) || lost "$said"
[ ! -e "$from" ] && [ "$(stat -c '%s %Y' "$to")" = "$was" ] || end 74 'it was not renamed'
`;

const beforeSchema = z.object({ from: z.string(), to: z.string(), size: z.number(), at: z.number() });

/** Where a model is kept that is out of use: the name tells one that came later from it. */
export const quarantineAt = (path: string, mark: string): string => `${path}.quarantined-${mark}`;

export const quarantineMark = ({ size, at }: NonNullable<FileMark>): string =>
  sha256(new TextEncoder().encode(`${size}-${at}`)).slice(0, 12);

export function moving(before: Json, become: 'sudo' | undefined): Order {
  const { from, to, size, at } = beforeSchema.parse(before);
  const command = alterByRun(['sh', '-c', moveFile, 'rackhand', from, to, String(size), String(at)], { become });
  return order(command, (reply) => ended(reply, sentences));
}

const sentences: Readonly<Record<number, string>> = {
  65: 'Nothing was renamed: it is no longer as this was planned.',
  73: 'Nothing was renamed: there is no room in its folder.',
  74: 'It could not be renamed.',
  77: 'Nothing was renamed: the login user may not.',
};

/** Whether it stands at its new name. */
export function* moved(before: Json, become: 'sudo' | undefined): Asking<Done> {
  const { from, to, size, at } = beforeSchema.parse(before);
  const [old, now] = yield* fileMarks([from, to], become);
  const isIt = (mark: FileMark | undefined) => mark?.size === size && mark.at === at;
  if (isIt(now) && !isIt(old)) return { is: 'done', mark: to };
  if (isIt(old)) return { is: 'not_done', say: `${from} is where it was.` };
  return { is: 'unclear', say: `Neither ${from} nor ${to} is the file that was to be renamed.` };
}

/** A name proves nothing of what uses the file. */
export const movingProof: Proof = { checks: [], services: [], quietSeconds: 1, withinSeconds: 10 };
