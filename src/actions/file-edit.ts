import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { sha256 } from '../core/sha256.ts';
import { becomeOf } from './declared.ts';
import { edits, editedText, editWords } from './edit-text.ts';
import { editableFile, editableOf, mostBytes, noticed, target } from './editable-file.ts';
import { refused } from './refused.ts';
import { keptAt, replaced, replacementSchema, replacing, replacingProof } from './replacing.ts';
import { textDiff } from './text-diff.ts';

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
    if (!file.can) return file;
    const edited = editedText(file.text, args);
    if ('because' in edited) return refused(`${path} stays as it is. ${edited.because}`);
    const { real, sha, owner } = file;
    const bytes = new TextEncoder().encode(edited.text);
    if (bytes.length > mostBytes) return refused(`${path} stays as it is. It would have more than 256 KiB.`);
    const to = sha256(bytes);
    const kept = keptAt(real, sha);
    return {
      can: true,
      subject: `file:${path}`,
      service: service.name,
      risk: 'approve',
      what: `${editWords(args)} in ${path}${real === path ? '' : `, which is a link to ${real}`}; what it held is kept beside it as ${kept.slice(kept.lastIndexOf('/') + 1)}.`,
      diff: textDiff(path, file.text, edited.text),
      drops: noticed(node, service.name, path),
      proves: [`${path} has the sha256 ${to}.`],
      undo: {
        action: 'file.restore',
        args: { ...args, sha: to, to: sha },
        what: `Put back what ${path} held, from ${kept}, unless it was changed since.`,
      },
      world: { real, sha, to, ...owner },
      before: { real, sha, to },
    };
  },
  *order(args, node, { before }) {
    const become = becomeOf(node, args.service);
    const file = yield* editableFile(args.path, become);
    const edited = file.can ? editedText(file.text, args) : file;
    // Whatever it is: where it is not what was planned, the node refuses it by both sums.
    const text = 'text' in edited ? edited.text : '';
    return replacing({ path: args.path, become }, replacementSchema.parse(before), { text });
  },
  done: ({ service, path }, node, before) => replaced(path, becomeOf(node, service), before),
  proof: () => replacingProof,
});
