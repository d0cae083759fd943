import { readFile, stat } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { OpsError, type ErrorCode } from '../core/errors.ts';
import { keyPathText, type KeyPath } from './key-path.ts';
import { offsetIn } from './yaml-offset.ts';
import { yamlValue } from './yaml-value.ts';

const maxBytes = 1_048_576;

/** A YAML file as it was read: its value, and how to say where in it something is wrong. */
export interface YamlSource {
  readonly path: string;
  readonly value: unknown;
  /** Where a path stands, for sorting: its value, or its key, or the nearest thing around it that is there. */
  offsetOf(path: KeyPath, on?: 'key' | 'value'): number;
  /** `file:line` of the value at a path. */
  lineOf(path: KeyPath): string;
  /** An error whose message begins with `file:line:column`. */
  mistake(path: KeyPath, say: string, options?: Mistake): OpsError;
}

interface Mistake {
  readonly code?: ErrorCode;
  readonly on?: 'key' | 'value';
  readonly hint?: string;
}

/**
 * Reads a YAML file; `what` it is, as in "a fleet file".
 *
 * Errors: `CONFIG_INVALID` for what is no file of at most 1 MiB, can't be read, is not UTF-8, holds a private key or is
 * not YAML (a tab, a duplicate key, an alias without end).
 */
export async function readYamlSource(path: string, what: string): Promise<YamlSource> {
  const text = await readText(path);
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: true });
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY/.exec(text);
  if (key !== null) {
    throw new OpsError('CONFIG_INVALID', `${at(key.index)}: a private key has no place in the ${what}`, {
      hint: 'Take it out, treat it as leaked, and name the file of a new one under ssh.identity of the fleet file.',
    });
  }
  const broken = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (broken !== undefined) throw new OpsError('CONFIG_INVALID', `${at(broken.pos[0])}: ${yamlText(broken, what)}`);

  const offsetOf = (path: KeyPath, on: 'key' | 'value' = 'value') => offsetIn(document, path, on);
  return {
    path,
    value: yamlValue(document, (offset, say) => new OpsError('CONFIG_INVALID', `${at(offset)}: ${say}`)),
    offsetOf,
    lineOf: (keys) => `${path}:${lines.linePos(offsetOf(keys)).line}`,
    mistake(keys, say, { code = 'CONFIG_INVALID', on, hint } = {}) {
      const where = keys.length === 0 ? '' : ` ${keyPathText(keys)}:`;
      const message = `${at(offsetOf(keys, on))}:${where} ${say}`;
      return new OpsError(code, message, hint === undefined ? {} : { hint });
    },
  };
}

async function readText(path: string): Promise<string> {
  const refuse = (say: string) => new OpsError('CONFIG_INVALID', `${path}: ${say}`);
  const bytes = await (async () => {
    const found = await stat(path);
    if (found.isDirectory()) throw refuse('is a directory, not a file');
    if (!found.isFile()) throw refuse('is not a regular file');
    if (found.size > maxBytes) throw refuse('is larger than 1 MiB');
    return await readFile(path);
  })().catch((thrown: unknown) => {
    if (thrown instanceof OpsError) throw thrown;
    throw new OpsError('CONFIG_INVALID', `${path}: can not be read: ${String(thrown)}`, { cause: thrown });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new OpsError('CONFIG_INVALID', `${path}: is not UTF-8 text`, { cause });
  }
}

const wordings = (what: string): Record<string, string> => ({
  TAB_AS_INDENT: 'a tab can not indent; use spaces',
  DUPLICATE_KEY: 'this key stands twice in the same mapping',
  MULTIPLE_DOCS: `a second document begins here; a ${what} is one`,
  NON_STRING_KEY: 'a key must be text',
});
const yamlText = ({ code, message }: { code: string; message: string }, what: string): string =>
  wordings(what)[code] ?? message;
