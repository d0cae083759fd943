/** Where a value stands in the fleet file: keys, and numbers for entries of a list. */
export type KeyPath = readonly (string | number)[];

/** `nodes.gpu-1.services.api.health[0].url`; a key that would read as several stands in brackets. */
export const keyPathText = (path: KeyPath): string =>
  path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('')
    .replace(/^\./, '');

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  let found = value;
  for (const key of path) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isMapping(found) && Object.hasOwn(found, key)) found = found[key];
    else return undefined;
  }
  return found;
}

/** Every text of a value made of mappings and lists, with its place. */
export function* textsOf(value: unknown, path: KeyPath = []): Generator<{ path: KeyPath; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsOf(item, [...path, index]);
  else if (isMapping(value)) for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key]);
}

/** Whether a path fits a pattern in which `*` stands for any one key. */
export const fits = (path: KeyPath, pattern: KeyPath): boolean =>
  path.length === pattern.length && pattern.every((key, index) => key === '*' || key === path[index]);
