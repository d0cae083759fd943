import { z } from 'zod';
import { digestCheck } from '../checks/digest-check.ts';
import { modelChecks, ofModel } from '../checks/model-checks.ts';
import { defineAction } from '../core/action.ts';
import { space } from '../core/command.ts';
import { bytesText } from '../core/format.ts';
import { ask, known, type Asking } from '../core/probe.ts';
import type { ModelFile, Service } from '../core/service.ts';
import { anew } from '../probes/log-files.ts';
import { modelOf, modelTarget, usersOf } from './declared-model.ts';
import { refused, type Refused } from './refused.ts';
import {
  commandIn,
  commandOrder,
  commandUndo,
  commandWords,
  commandWorld,
  filesBefore,
  filesDone,
} from './site-command.ts';

/** A copy lies beside what it replaces, and a filesystem that is full to the last byte breaks other things. */
const roomOver = 1.2;

/** Copies a model again by the command that it declares. That the copy reported success is not trusted: the file is looked at. */
export const modelResync = defineAction({
  name: 'model.resync',
  summary: 'Copies a model again by the command that the fleet file declares for it, and proves it by the file',
  args: z.strictObject(modelTarget),
  guards: () => ({ checks: [], services: [] }),
  *plan(args, node) {
    const found = modelOf(node, args);
    if ('can' in found) return found;
    const { service, model } = found;
    const { path, sha256 } = model;
    if (model.resync === undefined)
      return refused(`Nothing is declared that copies ${path} here.`, {
        say: 'Declare a command at the node, and name it as `resync` of the model in the fleet file.',
      });
    const command = commandIn(node, model.resync);
    if ('can' in command) return command;
    const noRoom = yield* room(model, service);
    if (noRoom !== undefined) return noRoom;
    const world = yield* commandWorld(model.resync, command);
    if ('can' in world) return world;
    const { direct, behind } = usersOf(node, path);
    return {
      can: true,
      subject: `model:${path}`,
      service: service.name,
      risk: command.risk,
      what: `Copy ${path} again by ${model.resync}, which runs ${commandWords(command)}.`,
      drops: [
        ...direct.map(
          ({ name }) => `${name} reads this model; until it is started anew it may go on with the old one.`,
        ),
        ...behind.map(({ name }) => `${name} needs what reads this model.`),
      ],
      proves: [
        `${path} is there, whole by its own header${model.bytes === undefined ? '' : ` and the declared ${model.bytes} bytes`}, no longer growing, and written by nobody.`,
        ...(sha256 === undefined ? [] : [`Its sha256 is the declared one; to read it takes time.`]),
      ],
      undo: commandUndo(command),
      world: { ...world, path, bytes: model.bytes ?? null, sha256: sha256 ?? null },
      before: yield* filesBefore([path], service.become),
    };
  },
  order: (_, __, { world }) => known(commandOrder(world)),
  done: (_, __, before) => filesDone(before),
  proof({ service, path }, node) {
    const found = modelOf(node, { service, path });
    const withDigest = !('can' in found) && found.model.sha256 !== undefined;
    const checks = [...modelChecks, ...(withDigest ? [digestCheck(undefined)] : [])];
    // It looks for seconds whether the file still grows, and may read all of it: once is enough. The command has ended:
    // what is not whole a moment later will not be.
    return { checks: ofModel(checks, path), services: [service], quietSeconds: 0, withinSeconds: 30 };
  },
});

function* room({ path, bytes }: ModelFile, { become }: Service): Asking<Refused | undefined> {
  if (bytes === undefined) return undefined;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const found = yield* ask(space(folder, { become, freshMs: anew }));
  if (!found.ok)
    return refused(`Whether there is room in ${folder} could not be told: ${found.message} (${found.errno}).`);
  const needed = Math.ceil(bytes * roomOver);
  if (found.freeBytes >= needed) return undefined;
  return refused(
    `${folder} has ${bytesText(found.freeBytes)} free, and ${bytesText(needed)} are wanted: 1.2 times the ${bytesText(bytes)} of the model.`,
    { say: 'Make room there first.' },
  );
}
