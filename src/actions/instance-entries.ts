import { isRecord, jsonValue, textOf } from '../services/record.ts';
import type { Loading } from './loading.ts';

/** What a file has for each name, as text: two that are equal start the same. Empty for no file, or one that makes no sense. */
export function entriesOf(manager: Loading['manager'], text: string | null): ReadonlyMap<string, string> {
  if (text === null) return new Map();
  return new Map(manager === 'pm2' ? appsIn(text) : sectionsIn(text));
}

function appsIn(text: string): readonly (readonly [string, string])[] {
  const file = jsonValue(text);
  const apps: unknown = isRecord(file) ? file['apps'] : undefined;
  const all: readonly unknown[] = Array.isArray(apps) ? apps : [];
  return all.flatMap((app) => {
    const name = isRecord(app) ? textOf(app['name']) : undefined;
    return name === undefined ? [] : [[name, JSON.stringify(app)] as const];
  });
}

const sectionsIn = (text: string): readonly (readonly [string, string])[] =>
  text.split(/^(?=\[)/m).flatMap((section) => {
    const name = /^\[program:([^\]]+)\]/.exec(section)?.[1];
    return name === undefined ? [] : [[name, section.trim()] as const];
  });
