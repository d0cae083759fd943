import { z } from 'zod';
import { defineAction, order, type Done } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { list, space, stat } from '../core/command.ts';
import { bytesText } from '../core/format.ts';
import type { Json } from '../core/json.ts';
import { askAll, known, type Asking } from '../core/probe.ts';
import { unitOf, type Service } from '../core/service.ts';
import { placeOf } from '../core/service-manager.ts';
import { anew } from '../probes/log-files.ts';
import { rotatedLogs } from '../probes/log-rotations.ts';
import { logPaths } from '../probes/service-logs.ts';
import { becomeOf, serviceIn, undeclared } from './declared.ts';
import { ended } from './ended.ts';
import { fileMarks, fileMarkSchema, markOf, type FileMark } from './file-marks.ts';
import { refused, type Refused } from './refused.ts';
import { mostKept, rotateLog } from './rotate-log.ts';

const leastBytes = 1_048_576;
/** Logs pack to a tenth or less; where one does not, gzip ends for want of room and nothing is lost. */
const roomShare = 0.2;

/** Makes room in a log without its writers noticing. */
export const logRotate = defineAction({
  name: 'log.rotate',
  summary: 'Packs a log of a service into .1.gz and empties it in place; older ones move up to .5.gz',
  args: z.strictObject({
    service: z.string().describe('Service whose log it is'),
    path: z.string().describe('One of its declared logs, or of those that its manager writes'),
  }),
  guards: () => ({ checks: [], services: [] }),
  *plan({ service: name, path }, node) {
    const service = serviceIn(node, name);
    if ('can' in service) return service;
    const { manager, logs, become } = service;
    const { paths } = yield* logPaths({ manager, place: placeOf(service), unit: unitOf(service), logs });
    if (!paths.includes(path)) return undeclared(`${name} has no log ${JSON.stringify(path)}.`, path, paths);
    const found = yield* rotatable(path, become);
    if ('can' in found) return found;
    const { owner, size, kept, packed } = found;
    return {
      can: true,
      subject: `log:${path}`,
      service: name,
      risk: 'approve',
      what: `Pack ${path} into ${path}.1.gz and empty it in place; older ones move up to ${path}.${mostKept}.gz at most. Nothing takes this back: the text stays in ${path}.1.gz.`,
      drops: [
        'What is written in the moment between the packing and the cut is lost.',
        'A program that does not open it for appending goes on behind a hole of its old size.',
        ...(kept.length < mostKept ? [] : [`${path}.${mostKept}.gz, the oldest, is lost.`]),
      ],
      proves: [`${path} is smaller than it was, and ${path}.1.gz is new.`],
      // To put the copy back would lose what came since.
      undo: null,
      world: { ...owner, kept },
      before: { size, packed },
    };
  },
  order({ service, path }, node) {
    const slash = path.lastIndexOf('/') + 1;
    const made = `${path.slice(0, slash)}.${path.slice(slash)}.rackhand-new-`;
    const command = alterByRun(['sh', '-c', rotateLog, 'rackhand', path, made, String(leastBytes)], {
      become: becomeOf(node, service),
      deadlineMs: 900_000,
    });
    return known(order(command, (reply) => ended(reply, sentences)));
  },
  done: ({ service, path }, node, before) => rotated(path, becomeOf(node, service), before),
  proof: () => ({ checks: [], services: [], quietSeconds: 1, withinSeconds: 10 }),
});

const sentences: Readonly<Record<number, string>> = {
  65: 'It was left as it is: it is no longer as this was planned.',
  69: 'It was left as it is: there is no gzip.',
  73: 'It was left as it is: there is no room to pack it.',
  74: 'It was left as it is: it could not be packed.',
  77: 'It was left as it is: the login user may not.',
};

interface Rotatable {
  readonly owner: { readonly mode: number; readonly uid: number; readonly gid: number };
  readonly size: number;
  /** Numbers of the older ones, of those that are kept. */
  readonly kept: readonly number[];
  /** The newest of them. */
  readonly packed: FileMark;
}

function* rotatable(path: string, become: Service['become']): Asking<Rotatable | Refused> {
  const slash = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, slash) || '/', path.slice(slash + 1)];
  const [found, beside, room] = yield* askAll([
    stat(path, { become, freshMs: anew }),
    list(folder, { become, freshMs: anew }),
    space(folder, { become, freshMs: anew }),
  ] as const);
  if (found.link !== undefined)
    return refused(`${path} is a link to ${found.link}: it is rotated where that leads, if at all.`);
  if (!found.ok) return refused(`${path} can not be looked at: ${found.message} (${found.errno}).`);
  if (found.type !== 'file') return refused(`${path} is a ${found.type}, not a file.`);
  const { size, mode, uid, gid } = found;
  if (size < leastBytes) return refused(`${path} has ${bytesText(size)} only: less than 1 MiB is not worth it.`);
  if (!beside.ok) return refused(`${folder} can not be listed: ${beside.message} (${beside.errno}).`);
  const older = rotatedLogs(name, beside.entries).map((log) => log.name);
  const numbers = older.map((log) => Number(/^\.(\d+)\.gz$/.exec(log.slice(name.length))?.[1]));
  const foreign = older.find((_, index) => Number.isNaN(numbers[index]));
  if (foreign !== undefined)
    return refused(`${foreign} lies beside ${path}: something else rotates it already, and is to go on with that.`);
  if (!room.ok)
    return refused(`Whether there is room in ${folder} could not be told: ${room.message} (${room.errno}).`);
  if (room.freeBytes < size * roomShare) {
    return refused(
      `${folder} has ${bytesText(room.freeBytes)} free, too little to pack the ${bytesText(size)} of ${path} there.`,
      { say: 'Make room there first, or let a person empty the log.' },
    );
  }
  const kept = numbers.filter((number) => number <= mostKept).toSorted((a, b) => a - b);
  const newest = beside.entries.find((entry) => entry.name === `${name}.1.gz`);
  const packed = newest === undefined ? null : markOf(newest);
  return { owner: { mode, uid, gid }, size, kept, packed };
}

const beforeSchema = z.object({ size: z.number(), packed: fileMarkSchema });

function* rotated(path: string, become: 'sudo' | undefined, before: Json): Asking<Done> {
  const { size, packed } = beforeSchema.parse(before);
  const [log, copy = null] = yield* fileMarks([path, `${path}.1.gz`], become);
  if (log === undefined || log === null) return { is: 'unclear', say: `${path} is not there.` };
  const isNew = copy !== null && (copy.size !== packed?.size || copy.at !== packed.at);
  if (log.size < size) {
    return isNew
      ? { is: 'done', mark: `${copy.size} ${copy.at}` }
      : { is: 'unclear', say: `${path} is smaller than it was, and ${path}.1.gz is not new.` };
  }
  return { is: 'not_done', say: `${path} has ${bytesText(log.size)} as before.` };
}
