import type { Edited } from './edit-text.ts';

const otherwise = 'use find and replace';

/**
 * Gives the one line of a key another value, and leaves its indentation, quotes and trailing comment as they are.
 *
 * Lines of env files, of shells (`export`), of ini files and of YAML with a plain or quoted value. What goes on over
 * several lines, or would need other quotes, is refused.
 */
export function setValue(text: string, { key, value }: { key: string; value: string }): Edited {
  const found = lineOf(text, key);
  if ('because' in found) return found;
  const { lines, line, old, isYaml } = found;
  const wrong = unfit(value, old, isYaml);
  if (wrong !== undefined) return { because: `The value of ${key} is ${wrong}: ${otherwise}.` };
  lines[line.index] = line.start + old.before + old.quote + value + old.quote + old.after + line.end;
  return { text: lines.join('\n') };
}

/** What a key is set to now, or why that can't be told, as a sentence. */
export function valueOf(text: string, key: string): { readonly value: string } | { readonly because: string } {
  const found = lineOf(text, key);
  return 'because' in found ? found : { value: found.old.value };
}

function lineOf(text: string, key: string): Line | { readonly because: string } {
  const lines = text.split('\n');
  const form = new RegExp(
    String.raw`^([ \t]*(?:export[ \t]+)?${key.replaceAll('.', '\\.')}[ \t]*(?:=|:(?=[ \t\r]|$)))(.*?)(\r?)$`,
  );
  const found = lines.flatMap((line, index) => {
    const [, start, rest, end] = form.exec(line) ?? [];
    return start === undefined || rest === undefined ? [] : [{ index, start, rest, end: end ?? '' }];
  });
  const [line, ...others] = found;
  if (line === undefined) return { because: `No line of it gives ${key} a value.` };
  if (others.length > 0) return { because: `${found.length} lines of it give ${key} a value: ${otherwise}.` };
  const isYaml = line.start.endsWith(':');
  const old = parsed(line.rest, isYaml);
  if (old === undefined)
    return { because: `The value of ${key} is quoted in a way that is not understood: ${otherwise}.` };
  const below = lines[line.index + 1] ?? '';
  if (old.value.endsWith('\\') || (below.trim() !== '' && indent(below) > indent(line.start)))
    return { because: `The value of ${key} goes on in the next line: ${otherwise}.` };
  if (isYaml && old.quote === '' && /^(?:[|>{[&*!]|$)/.test(old.value))
    return { because: `The value of ${key} is no plain text: ${otherwise}.` };
  return { lines, line, old, isYaml };
}

interface Line {
  readonly lines: string[];
  readonly line: { readonly index: number; readonly start: string; readonly end: string };
  readonly old: Parsed;
  readonly isYaml: boolean;
}

interface Parsed {
  readonly before: string;
  readonly quote: string;
  readonly value: string;
  readonly after: string;
}

function parsed(rest: string, isYaml: boolean): Parsed | undefined {
  const after = String.raw`([ \t]*|[ \t]+[${isYaml ? '#' : '#;'}].*)$`;
  const [, space = '', double, single, bare = '', behind = ''] =
    new RegExp(String.raw`^([ \t]*?)(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^"' \t].*?)?)${after}`).exec(rest) ?? [];
  if (behind === '' && double === undefined && single === undefined && bare === '' && rest !== space) return undefined;
  const [quote, value] = double !== undefined ? ['"', double] : single !== undefined ? ["'", single] : ['', bare];
  return { before: space, quote, value, after: behind };
}

const indent = (line: string): number => line.length - line.trimStart().length;

/** Why a value would read as another between these quotes, in words that fit after "is". */
function unfit(value: string, { quote, value: old }: Parsed, isYaml: boolean): string | undefined {
  if (quote === '"')
    return /["\\]/.test(value) || (!isYaml && /[$`]/.test(value))
      ? 'in double quotes, where this reads as another'
      : undefined;
  if (quote === "'") return value.includes("'") ? 'in single quotes, and this holds one' : undefined;
  if (value === '' ? !isYaml : /^[\w./+-](?:[\w./:@%+,=~-]*[\w./@%+,=~-])?$/.test(value)) return undefined;
  const fitsBesideBlanks = isYaml ? /^[\w./+-](?!.*(?:[ \t]#|: |:$))/ : /^[^\s"'#;](?!.*[ \t][#;])/;
  return /[ \t]/.test(old) && fitsBesideBlanks.test(value) && value.trim() === value
    ? undefined
    : 'not quoted, and this would need quotes';
}
