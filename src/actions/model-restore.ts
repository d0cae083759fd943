import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { bytesText } from '../core/format.ts';
import { known } from '../core/probe.ts';
import { becomeOf } from './declared.ts';
import { modelOf, modelTarget, usersOf } from './declared-model.ts';
import { fileMarks } from './file-marks.ts';
import { moved, moving, movingProof, quarantineAt, quarantineMark } from './moving.ts';
import { refused } from './refused.ts';

/** Takes back a model.quarantine. */
export const modelRestore = defineAction({
  name: 'model.restore',
  summary: 'Renames a model back that was put out of use, where nothing took its place',
  args: z.strictObject({
    ...modelTarget,
    mark: z
      .string()
      .regex(/^[0-9a-f]{12}$/, 'must be 12 hex digits')
      .describe('The last 12 characters of its name now'),
  }),
  guards: () => ({ checks: [], services: [] }),
  *plan(args, node) {
    const found = modelOf(node, args);
    if ('can' in found) return found;
    const { service } = found;
    const { path, mark: name } = args;
    const from = quarantineAt(path, name);
    const [mark, there] = yield* fileMarks([from, path], service.become);
    if (mark === undefined || mark === null) return refused(`There is nothing at ${from} to rename back.`);
    if (quarantineMark(mark) !== name)
      return refused(`${from} is not what was put there: its size or time is another.`);
    if (there !== null) return refused(`Something stands at ${path} now: it would be lost.`);
    const { size, at } = mark;
    return {
      can: true,
      subject: `model:${path}`,
      service: service.name,
      risk: 'approve',
      what: `Rename ${from} (${bytesText(size)}) back to ${path}.`,
      drops: usersOf(node, path).direct.map((each) => `${each.name} loads it when it is started next.`),
      proves: [`What stood at ${from} stands at ${path}.`],
      undo: {
        action: 'model.quarantine',
        args: { service: service.name, path, reason: 'It was out of use before.' },
        what: `Rename ${path} to ${from} again.`,
      },
      world: { ...mark, from },
      before: { from, to: path, size, at },
    };
  },
  order: ({ service }, node, { before }) => known(moving(before, becomeOf(node, service))),
  done: ({ service }, node, before) => moved(before, becomeOf(node, service)),
  proof: () => movingProof,
});
