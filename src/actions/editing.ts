import type { Change, Order } from '../core/action.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import { sha256 } from '../core/sha256.ts';
import { becomeOf } from './declared.ts';
import { editedText, type Edit } from './edit-text.ts';
import { editableFile, mostBytes, noticed, type EditableFile } from './editable-file.ts';
import { refused, type Refused } from './refused.ts';
import { keptAt, replacementSchema, replacing } from './replacing.ts';
import { textDiff } from './text-diff.ts';

interface Editing {
  readonly node: Node;
  readonly service: Service;
  readonly path: string;
  /** As it is now. */
  readonly file: EditableFile;
  readonly edit: Edit;
  /** What is done, in words that "in PATH" fits behind. */
  readonly words: string;
  /** What is handed on to take it back, besides both sums. */
  readonly undo: Readonly<Record<string, string>>;
}

/** What an edit would do to a file, whoever lets it be edited. What the file holds is kept beside it. */
export function editing({ node, service, path, file, edit, words, undo }: Editing): ({ can: true } & Change) | Refused {
  const edited = editedText(file.text, edit);
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
    what: `${words} in ${path}${real === path ? '' : `, which is a link to ${real}`}; what it held is kept beside it as ${kept.slice(kept.lastIndexOf('/') + 1)}.`,
    diff: textDiff(path, file.text, edited.text),
    drops: noticed(node, service.name, path),
    proves: [`${path} has the sha256 ${to}.`],
    undo: {
      action: 'file.restore',
      args: { ...undo, sha: to, to: sha },
      what: `Put back what ${path} held, from ${kept}, unless it was changed since.`,
    },
    world: { real, sha, to, ...owner },
    before: { real, sha, to },
  };
}

/** The order for an edit that was planned. */
export function* editOrder(
  node: Node,
  { service, path, edit }: { service: string; path: string; edit: Edit },
  { before }: Change,
): Asking<Order> {
  const become = becomeOf(node, service);
  const file = yield* editableFile(path, become);
  const edited = file.can ? editedText(file.text, edit) : file;
  // Whatever it is: where it is not what was planned, the node refuses it by both sums.
  const text = 'text' in edited ? edited.text : '';
  return replacing({ path, become }, replacementSchema.parse(before), { text });
}
