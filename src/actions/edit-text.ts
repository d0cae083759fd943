import { z } from 'zod';
import { count } from '../core/format.ts';
import { flagSchema, keySchema, knobValueSchema } from '../core/knob.ts';
import { clean, redact } from '../core/text.ts';
import { setFlag } from './set-flag.ts';
import { setValue } from './set-value.ts';

const some = z.string().max(65_536);

/** The ways to say what is to be changed: flat, beside which file of which service is meant. */
export const edits = {
  text: {
    find: some.min(1).describe('Exact text that occurs once'),
    replace: some.describe('What stands there instead'),
  },
  value: {
    key: keySchema.describe('Key of the one line key=value, export KEY="value" or key: value'),
    value: some.regex(/^[^\r\n]*$/, 'must be one line').describe('Its new value'),
  },
  flag: {
    flag: flagSchema.describe('Flag of a command line that occurs once'),
    value: knobValueSchema.describe('What follows it'),
  },
};

const editSchema = z.union([z.object(edits.text), z.object(edits.value), z.object(edits.flag)]);
/** What is to be changed in a text. */
export type Edit = z.infer<typeof editSchema>;

/** The text after an edit, or why it can't be made, as a sentence. */
export type Edited = { readonly text: string } | { readonly because: string };

/** Carries out an edit that touches nothing secret, and shows all that it writes: its words are stored, and approved by people. */
export function editedText(text: string, edit: Edit): Edited {
  const written = 'find' in edit ? edit.replace : edit.value;
  if (clean(written) !== written.replaceAll('\r\n', '\n') || /\p{Cs}/u.test(written))
    return { because: 'The new text holds characters that nobody sees who approves it.' };
  const words = 'find' in edit ? [edit.find, edit.replace] : [assigned(edit)];
  if (words.some((word) => redact(word) !== word)) return secret;
  const edited = applied(text, edit);
  if ('because' in edited) return edited;
  if (edited.text === text) return { because: 'It says so already: there is nothing to change.' };
  // What is hidden from those who approve does not change: then the edit comes out the same over the redacted text.
  const shown = applied(redact(text), edit);
  return 'text' in shown && shown.text === redact(edited.text) ? edited : secret;
}

const secret = { because: 'It touches what reads as a secret, and that is never sent, shown or stored by rackhand.' };

const assigned = (edit: Exclude<Edit, { find: string }>): string =>
  'key' in edit ? `${edit.key}=${edit.value}` : `${edit.flag} ${edit.value}`;

function applied(text: string, edit: Edit): Edited {
  if ('key' in edit) return setValue(text, edit);
  if ('flag' in edit) return setFlag(text, edit);
  const { find, replace } = edit;
  const at = text.indexOf(find);
  if (at < 0) return { because: 'The text to be replaced does not occur in it.' };
  let many = 0;
  for (let next = at; next >= 0; next = text.indexOf(find, next + 1)) many += 1;
  if (many > 1) return { because: `The text to be replaced occurs ${count(many, 'time')}: give more of it.` };
  return { text: text.slice(0, at) + replace + text.slice(at + find.length) };
}

/** An edit in short: its diff shows all of it. */
export function editWords(edit: Edit): string {
  if (!('find' in edit)) return `Set ${'key' in edit ? edit.key : edit.flag} to ${short(edit.value)}`;
  return edit.replace === '' ? `Take out ${short(edit.find)}` : `Replace ${short(edit.find)} by ${short(edit.replace)}`;
}

const short = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 50)}...` : text);
