import type { z } from 'zod';
import type { fleetSchema } from './fleet-schema.ts';
import { meantText } from './issue-text.ts';
import type { KeyPath } from './key-path.ts';
import type { Mistake } from './mistakes.ts';

type Declared = z.infer<typeof fleetSchema>['nodes'][string];

/** What no single value shows: commands, and models, that name a command or a service which the node does not declare. */
export const wrongCommands = ({ nodes }: z.infer<typeof fleetSchema>): readonly Mistake[] =>
  Object.entries(nodes).flatMap(([node, declared]) =>
    [...ofCommands(declared), ...ofModels(declared)].flatMap(({ path, name, known, what }): readonly Mistake[] => {
      if (name === undefined || known.includes(name)) return [];
      return [
        { path: ['nodes', node, ...path], on: 'value', say: `${node} has no such ${what}${meantText(name, known)}` },
      ];
    }),
  );

interface Named {
  readonly path: KeyPath;
  readonly name: string | undefined;
  readonly known: readonly string[];
  readonly what: string;
}

const ofCommands = ({ commands, services }: Declared): readonly Named[] =>
  Object.entries(commands).flatMap(([command, { undo, service }]) => {
    const others = Object.keys(commands).filter((name) => name !== command);
    return [
      { path: ['commands', command, 'undo'], name: undo, known: others, what: 'other command' },
      { path: ['commands', command, 'service'], name: service, known: Object.keys(services), what: 'service' },
    ];
  });

const ofModels = ({ commands, services }: Declared): readonly Named[] =>
  Object.entries(services).flatMap(([service, { models }]) =>
    models.map(({ resync }, index) => ({
      path: ['services', service, 'models', index, 'resync'],
      name: resync,
      known: Object.keys(commands),
      what: 'command',
    })),
  );
