import type { Edited } from './edit-text.ts';

/** A value as it stands behind a flag: after blanks or `=`, plain or in quotes, and not one that a shell fills in. */
const valueForm = /^([ \t]+|=)(["']?)([^\s"'\\;|&<>(){}$`#,]*)\2(?=[\s"'\\;|&)]|$)/;

/** Gives the one occurrence of a flag another value, and leaves all else as it is, the way it is joined included. */
export function setFlag(text: string, { flag, value }: { flag: string; value: string }): Edited {
  const found = placeOf(text, flag);
  if ('because' in found) return found;
  return { text: text.slice(0, found.start) + value + text.slice(found.start + found.value.length) };
}

/** What follows a flag now, or why that can't be told, as a sentence. */
export function flagOf(text: string, flag: string): { readonly value: string } | { readonly because: string } {
  const found = placeOf(text, flag);
  return 'because' in found ? found : { value: found.value };
}

/** What a line of comment says of a flag counts for nothing. */
function placeOf(
  text: string,
  flag: string,
): { readonly start: number; readonly value: string } | { readonly because: string } {
  const form = new RegExp(`(?<![\\w-])${flag}(?![\\w-])`, 'g');
  const found = [...text.matchAll(form)]
    .map(({ index }) => index)
    .filter((index) => !/^[ \t]*[#;]/.test(text.slice(text.lastIndexOf('\n', index) + 1, index)));
  const [at, ...others] = found;
  if (at === undefined) return { because: `${flag} does not occur in it.` };
  if (others.length > 0) return { because: `${flag} occurs ${found.length} times in it, and has to be the one.` };
  const end = at + flag.length;
  const line = text.slice(end).split('\n', 1)[0] ?? '';
  const [, between = '', quote = '', value = ''] = valueForm.exec(line) ?? [];
  if (value === '' || /^-(?!\d)/.test(value))
    return { because: `${flag} is not followed by a plain value: \`${flag} 4\` or \`${flag}=4\` is understood.` };
  return { start: end + between.length + quote.length, value };
}
