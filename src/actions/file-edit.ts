import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { becomeOf } from './declared.ts';
import { edits, editWords } from './edit-text.ts';
import { editableFile, editableOf, target } from './editable-file.ts';
import { editing, editOrder } from './editing.ts';
import { replaced, replacingProof } from './replacing.ts';

/** Changes one place of a declared file; what it held is kept beside it, so that no content is stored elsewhere. */
export const fileEdit = defineAction({
  name: 'file.edit',
  summary: 'Replaces a text that occurs once, or the value of one key, in a file that a service declares as editable',
  args: z.union([z.strictObject({ ...target, ...edits.text }), z.strictObject({ ...target, ...edits.value })]),
  guards: () => ({ checks: [], services: [] }),
  *plan(args, node) {
    const { path } = args;
    const service = editableOf(node, args);
    if ('can' in service) return service;
    const file = yield* editableFile(path, service.become);
    return file.can ? editing({ node, service, path, file, edit: args, words: editWords(args), undo: args }) : file;
  },
  order: (args, node, change) => editOrder(node, { ...args, edit: args }, change),
  done: ({ service, path }, node, before) => replaced(path, becomeOf(node, service), before),
  proof: () => replacingProof,
});
