import { iniSections } from './supervisor-config.ts';

/** A program as a file of supervisord's configuration has it, with what only supervisord can fill in left open. */
export interface ConfiguredProgram {
  readonly path: string;
  readonly group: string;
  readonly name: Template;
  readonly command: Template;
  readonly directory: Template | undefined;
}

/** The fixed parts of a text, with anything in between. */
type Template = readonly string[];

const kinds = /^(?:program|fcgi-program|eventlistener):(.+)$/;

/** All programs of the files, later ones over earlier ones. Source: supervisord.org, "Configuration File". */
export function configuredPrograms(
  files: readonly { readonly path: string; readonly text: string }[],
  here: string,
): readonly ConfiguredProgram[] {
  const sections = files.flatMap(({ path, text }) =>
    [...iniSections(text)].map(([title, values]) => ({ path, title: title.trim(), values })),
  );
  const groups = sections.flatMap(({ title, values }) => {
    const group = /^group:(.+)$/.exec(title)?.[1]?.trim();
    const members = (values.get('programs') ?? '').split(',').map((name) => name.trim());
    return group === undefined ? [] : members.map((member) => [member, group] as const);
  });
  const groupOf = new Map(groups);
  const found = sections.flatMap(({ path, title, values }) => {
    const name = kinds.exec(title)?.[1]?.trim();
    const command = values.get('command');
    if (name === undefined || command === undefined) return [];
    const group = groupOf.get(name) ?? name;
    const known = { here, program_name: name, group_name: group };
    const directory = values.get('directory');
    const program: ConfiguredProgram = {
      path,
      group,
      name: template(values.get('process_name') ?? name, known),
      command: template(command, known),
      directory: directory === undefined ? undefined : template(directory, known),
    };
    return [[name, program] as const];
  });
  return [...new Map(found).values()];
}

/** `%(here)s` and names are known; the environment and the number of a process only to supervisord. */
function template(text: string, known: Readonly<Record<string, string>>): Template {
  const parts = [''];
  for (const piece of text.split(/(%%|%\(\w+\)[-#0 +]*\d*[a-z])/i)) {
    const name = /^%\((\w+)\)/.exec(piece)?.[1];
    const value =
      piece === '%%' ? '%' : name === undefined ? piece : Object.hasOwn(known, name) ? known[name] : undefined;
    if (value === undefined) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${value}`);
  }
  return parts.map(plain);
}

const plain = (text: string): string => text.replace(/\s+/g, ' ');

/** Whether a text can be what the template became. */
export function fits(value: string, parts: Template): boolean {
  const text = plain(value);
  const [first = '', ...rest] = parts;
  const last = rest.at(-1);
  if (last === undefined) return text.trim() === first.trim();
  let at = first.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at + last.length <= text.length;
}

/** The text as a person wrote it, for messages. */
export const templateText = (parts: Template): string => parts.join('…').trim();

/** The files that `[include]` names: folders to list, with the pattern of the names in each. */
export function includes(text: string, here: string): readonly { readonly folder: string; readonly names: RegExp }[] {
  const patterns = (iniSections(text).get('include')?.get('files') ?? '').split(/\s+/).filter(Boolean);
  return patterns.flatMap((pattern) => {
    const path = pattern.replaceAll('%(here)s', here);
    const full = path.startsWith('/') ? path : `${here}/${path}`;
    const cut = full.lastIndexOf('/');
    const names = globPattern(full.slice(cut + 1));
    const folder = full.slice(0, cut) || '/';
    return /[*?[\]%]/.test(folder) ? [] : [{ folder, names }];
  });
}

const globPattern = (glob: string): RegExp => {
  const body = glob
    .replace(/[.+^${}()|\\]/g, String.raw`\$&`)
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  try {
    return new RegExp(`^${body}$`);
  } catch {
    return /^$/;
  }
};
