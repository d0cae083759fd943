import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { known } from '../core/probe.ts';
import {
  commandIn,
  commandOrder,
  commandProof,
  commandUndo,
  commandWords,
  commandWorld,
  filesBefore,
  filesDone,
} from './site-command.ts';

/** Runs what the fleet file declares for this site; its exit code alone proves nothing. */
export const commandRun = defineAction({
  name: 'command.run',
  summary: 'Runs a command that the fleet file declares at the node',
  args: z.strictObject({ name: z.string().describe('One of the commands of the node') }),
  guards: () => ({ checks: [], services: [] }),
  *plan({ name }, node) {
    const command = commandIn(node, name);
    if ('can' in command) return command;
    const world = yield* commandWorld(name, command);
    if ('can' in world) return world;
    const { service, files, risk, why } = command;
    const { services } = commandProof(command, node);
    const proves = [
      ...files.map((path) => `${path} is there and not empty.`),
      ...services.map((name) => `${name} is well.`),
    ];
    return {
      can: true,
      subject: `command:${name}`,
      ...(service !== undefined && { service }),
      risk,
      what: `Run ${commandWords(command)}.${why === undefined ? '' : ` ${why}`}`,
      drops: [`What it does is known to whoever declared it${service === undefined ? '' : `; ${service} may pause`}.`],
      proves: proves.length > 0 ? proves : ['Nothing: declare `files` or a `service` of it, or it ends as unknown.'],
      undo: commandUndo(command),
      world: { ...world, files, service: service ?? null },
      before: yield* filesBefore(files, command.become),
    };
  },
  order: (_, __, { world }) => known(commandOrder(world)),
  done: (_, __, before) => filesDone(before),
  proof({ name }, node) {
    const command = commandIn(node, name);
    return commandProof('can' in command ? undefined : command, node);
  },
});
