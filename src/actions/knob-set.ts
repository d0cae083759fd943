import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { knobValueSchema, tierText } from '../core/knob.ts';
import type { Node } from '../core/node.ts';
import { OpsError } from '../core/errors.ts';
import { becomeOf } from './declared.ts';
import { editableFile, target } from './editable-file.ts';
import { editing, editOrder } from './editing.ts';
import { judgeTuning } from './judge-tuning.ts';
import { beyondLimits } from './knob-limits.ts';
import { knobEdit, knobIn, settingOf } from './knobs.ts';
import { measuredService, probeOf } from './measured-service.ts';
import { meantKnob } from './meant-knob.ts';
import { refused } from './refused.ts';
import { replaced, replacementSchema, replacingProof } from './replacing.ts';

const argsSchema = z.strictObject({
  service: target.service,
  knob: z.string().describe('As the service declares it; `next` is the one whose turn it is, the least impact first'),
  to: knobValueSchema.describe('Its new value; `less` is one step less'),
  not: z.string().optional().describe('Knobs that `next` passes over, with commas between'),
});
type Args = z.infer<typeof argsSchema>;

/** Sets one declared value within its limits; it is left so only where the service does not do worse by it. */
export const knobSet = defineAction({
  name: 'knob.set',
  summary: 'Gives one declared value of a service another value within its limits, where it then does not do worse',
  args: argsSchema,
  guards: () => ({ checks: [], services: [] }),
  *plan(asked, node) {
    const args = yield* meantKnob(node, asked);
    if ('can' in args) return args;
    const found = knobIn(node, args);
    if ('can' in found) return found;
    const { service, knob } = found;
    if (probeOf(service) === undefined)
      return refused(`Nothing tells how fast ${service.name} is: declare its probe, or a health URL.`);
    const file = yield* editableFile(knob.file, service.become);
    if (!file.can) return file;
    const now = settingOf(file.text, knob);
    if ('because' in now)
      return refused(`What ${args.knob} is set to can not be told from ${knob.file}. ${now.because}`);
    if (now.value === args.to) return refused(`${args.knob} is ${now.value} already: there is nothing to change.`);
    const against = beyondLimits(knob, now.value, args.to);
    if (against !== undefined) return refused(`${args.knob} can not be set to ${args.to}. ${against}`);
    const edit = knobEdit(knob, args.to);
    const { tier, file: path } = knob;
    const words = `Sets ${args.knob} (tier ${tier}, ${tierText[tier]}) from ${now.value} to ${args.to}`;
    const undo = { service: service.name, path, knob: args.knob, ...edit };
    const planned = editing({ node, service, path, file, edit, words, undo });
    if (!planned.can) return planned;
    const { before, proves, undo: back } = planned;
    return {
      ...planned,
      args: { service: service.name, knob: args.knob, to: args.to },
      proves: [...proves, `${service.name} does not do worse than before, in figures; else it is taken back.`],
      undo: back && { ...back, what: `Set ${args.knob} back to ${now.value}: ${back.what}` },
      before: { ...replacementSchema.parse(before), was: now.value },
    };
  },
  *order(args, node, change) {
    const { knob } = declared(args, node);
    const edit = knobEdit(knob, args.to);
    return yield* editOrder(node, { service: args.service, path: knob.file, edit }, change);
  },
  done: (args, node, before) => replaced(declared(args, node).knob.file, becomeOf(node, args.service), before),
  proof: () => replacingProof,
  gauge: {
    measure: (args, node) => measuredService(declared(args, node).service, node),
    judge: judgeTuning,
  },
});

/** Errors: `USAGE` for one that the fleet file has lost since it was planned. */
function declared(args: Args, node: Node) {
  const found = knobIn(node, args);
  if ('can' in found) throw new OpsError('USAGE', found.because);
  return found;
}
