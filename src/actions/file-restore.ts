import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { read } from '../core/command.ts';
import { ask, known, type Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import { sha256 } from '../core/sha256.ts';
import { anew } from '../probes/log-files.ts';
import { becomeOf } from './declared.ts';
import { editableFile, editableOf, noticed, target, utf8 } from './editable-file.ts';
import { edits, editedText, type Edit } from './edit-text.ts';
import { knobFileOf } from './knobs.ts';
import { refused, type Refused } from './refused.ts';
import { keptAt, replaced, replacementSchema, replacing, replacingProof } from './replacing.ts';
import { textDiff } from './text-diff.ts';

const digest = replacementSchema.shape.sha;
const sums = { sha: digest.describe('Of what was left'), to: digest.describe('Of what was before') };
const knob = z.string().optional().describe('The knob that was set by it, where it was one');
const mostShown = 40;

/** Takes back a file.edit: puts what was kept in the place of what was left, where nobody changed that since. */
export const fileRestore = defineAction({
  name: 'file.restore',
  summary: 'Puts back what a file held before it was edited, unless somebody changed it since',
  args: z.union([
    z.strictObject({ ...target, ...edits.text, ...sums }),
    z.strictObject({ ...target, ...edits.value, ...sums, knob }),
    z.strictObject({ ...target, ...edits.flag, ...sums, knob }),
  ]),
  guards: () => ({ checks: [], services: [] }),
  *plan({ sha, to, ...edit }, node) {
    const { path } = edit;
    const turned = 'knob' in edit ? edit.knob : undefined;
    const service = turned === undefined ? editableOf(node, edit) : knobFileOf(node, edit, turned);
    if ('can' in service) return service;
    const file = yield* editableFile(path, service.become);
    if (!file.can) return file;
    if (file.sha === to) return refused(`${path} holds again what it held before: there is nothing to take back.`);
    const { real, owner } = file;
    const kept = keptAt(real, to);
    const before = yield* keptText(kept, to, service.become);
    if (typeof before !== 'string') return before;
    if (file.sha !== sha) return changedSince(path, leftBy(before, edit), file.text);
    return {
      can: true,
      subject: `file:${path}`,
      service: service.name,
      risk: 'approve',
      what: `Put back what ${path} held before it was edited, and remove ${kept.slice(kept.lastIndexOf('/') + 1)} beside it.`,
      diff: textDiff(path, file.text, before),
      drops: noticed(node, service.name, path),
      proves: [`${path} has the sha256 ${to}.`],
      undo: onceMore(edit, turned),
      world: { real, sha, to, ...owner },
      before: { real, sha, to },
    };
  },
  order: ({ service, path }, node, { before }) =>
    known(replacing({ path, become: becomeOf(node, service) }, replacementSchema.parse(before), 'kept')),
  done: ({ service, path }, node, before) => replaced(path, becomeOf(node, service), before),
  proof: () => replacingProof,
});

function* keptText(kept: string, to: string, become: Service['become']): Asking<string | Refused> {
  const content = yield* ask(read(kept, { bytes: 1_048_576, hidden: true, become, freshMs: anew }));
  if (!content.ok) return refused(`What it held before is gone: ${kept}: ${content.message} (${content.errno}).`);
  const text = utf8(content.bytes);
  return text !== undefined && sha256(content.bytes) === to
    ? text
    : refused(`What it held before is gone: ${kept} is not what was kept there.`);
}

/** What an edit left behind; undefined where it does not fit what was kept. */
function leftBy(before: string, edit: Edit): string | undefined {
  const edited = editedText(before, edit);
  return 'text' in edited ? edited.text : undefined;
}

function changedSince(path: string, left: string | undefined, now: string): Refused {
  const lines = left === undefined ? [] : textDiff(path, left, now);
  const more = lines.length > mostShown ? [`(${lines.length - mostShown} more lines)`] : [];
  const shown = lines.length === 0 ? '' : `:\n${[...lines.slice(0, mostShown), ...more].join('\n')}`;
  return refused(`${path} was changed since it was edited, and taking that back would lose it${shown || '.'}`, {
    say: 'Edit it by what it holds now, or restore it by hand.',
  });
}

/** What was a knob is one again: the file itself need not be editable. */
function onceMore(edit: Edit & { service: string; path: string }, knob: string | undefined) {
  if (knob === undefined || 'find' in edit)
    return { action: 'file.edit', args: edit, what: `Edit ${edit.path} once more.` };
  const args = { service: edit.service, knob, to: edit.value };
  return { action: 'knob.set', args, what: `Set ${knob} to ${edit.value} once more.` };
}
