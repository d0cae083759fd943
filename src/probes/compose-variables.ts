/** A text of a compose file with its variables put in. */
export interface Filled {
  readonly text: string;
  /** Variables that nothing gives a value to: compose puts in nothing for them. */
  readonly unset: readonly string[];
}

type Variables = ReadonlyMap<string, string>;

const plain = (text: string): Filled => ({ text, unset: [] });

/** Source: the interpolation rules of the Compose specification; `$$` is a dollar. */
export function filled(text: string, variables: Variables): Filled {
  const [before, rest] = split(text);
  if (rest === undefined) return plain(before);
  const [{ text: value, unset }, after] = one(rest, variables);
  const more = filled(after, variables);
  return { text: before + value + more.text, unset: [...unset, ...more.unset] };
}

/** What stands before the first dollar that means something, and what follows that. */
function split(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('$');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The value of what a dollar begins, and the rest of the text. */
function one(text: string, variables: Variables): readonly [Filled, string] {
  if (text.startsWith('$')) return [plain('$'), text.slice(1)];
  const bare = /^[A-Za-z_]\w*/.exec(text)?.[0];
  if (bare !== undefined) return [valueOf(bare, '', variables), text.slice(bare.length)];
  const name = /^\{([A-Za-z_]\w*)/.exec(text)?.[1];
  const end = name === undefined ? -1 : closing(text);
  if (name === undefined || end < 0) return [plain('$'), text];
  return [valueOf(name, text.slice(name.length + 1, end), variables), text.slice(end + 1)];
}

/** Where the first brace of a text is closed: a default may hold variables itself. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function valueOf(name: string, how: string, variables: Variables): Filled {
  const value = variables.get(name);
  const [, colon = '', kind = '', other = ''] = /^(:?)([-+?])([\s\S]*)$/.exec(how) ?? [];
  const isSet = value !== undefined && (colon === '' || value !== '');
  if (kind === '+') return isSet ? filled(other, variables) : plain('');
  if (isSet) return plain(value);
  if (kind === '-') return filled(other, variables);
  return { text: value ?? '', unset: value === undefined ? [name] : [] };
}

/** The variables of a `.env` file beside a compose file. */
export function variablesIn(text: string): Variables {
  const variables = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) variables.set(name, unquoted(value));
  }
  return variables;
}

const unquoted = (value: string): string => /^(["'])(.*?)\1/.exec(value)?.[2] ?? value.replace(/(?:^|\s+)#.*$/, '');
