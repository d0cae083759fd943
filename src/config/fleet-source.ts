import { readFile, stat } from 'node:fs/promises';
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node } from 'yaml';
import { OpsError, type ErrorCode } from '../core/errors.ts';
import { keyPathText, type KeyPath } from './key-path.ts';

const maxBytes = 1_048_576;
// Enough for a service shared by a thousand nodes, far too few for aliases of aliases of aliases.
const maxAliases = 10_000;

/** A fleet file as it was read: its value, and how to say where in it something is wrong. */
export interface FleetSource {
  readonly path: string;
  readonly value: unknown;
  /** Where a path stands, for sorting: its value, or its key, or the nearest thing around it that is there. */
  offsetOf(path: KeyPath, on?: 'key' | 'value'): number;
  /** An error whose message begins with `file:line:column`. */
  mistake(path: KeyPath, say: string, options?: Mistake): OpsError;
}

interface Mistake {
  readonly code?: ErrorCode;
  readonly on?: 'key' | 'value';
  readonly hint?: string;
}

/**
 * Reads a fleet file.
 *
 * Errors: `CONFIG_INVALID` for what is no file of at most 1 MiB, can't be read, is not UTF-8, holds a private key or is
 * not YAML (a tab, a duplicate key, an alias without end).
 */
export async function readFleetSource(path: string): Promise<FleetSource> {
  const text = await readText(path);
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: true });
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY/.exec(text);
  if (key !== null) {
    throw new OpsError('CONFIG_INVALID', `${at(key.index)}: a private key has no place in the fleet file`, {
      hint: 'Take it out, treat it as leaked, and name the file of a new one under ssh.identity.',
    });
  }
  const broken = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (broken !== undefined) throw new OpsError('CONFIG_INVALID', `${at(broken.pos[0])}: ${yamlText(broken)}`);

  const offsetOf = (path: KeyPath, on: 'key' | 'value' = 'value') => offsetIn(document, path, on);
  return {
    path,
    value: valueOf(document, at),
    offsetOf,
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

const wordings: Record<string, string> = {
  TAB_AS_INDENT: 'a tab can not indent; use spaces',
  DUPLICATE_KEY: 'this key stands twice in the same mapping',
  MULTIPLE_DOCS: 'a second document begins here; a fleet file is one',
  NON_STRING_KEY: 'a key must be text',
};
const yamlText = ({ code, message }: { code: string; message: string }): string => wordings[code] ?? message;

function valueOf(document: Document, at: (offset: number) => string): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (cause) {
    // Only aliases can fail here: one that names nothing, or too many that name each other.
    let alias: Alias | undefined;
    visit(document, {
      Alias(_, node) {
        alias = node;
        return node.resolve(document) === undefined ? visit.BREAK : undefined;
      },
    });
    const message = cause instanceof Error ? cause.message : String(cause);
    const say = message.startsWith('Excessive') ? 'too many aliases of aliases' : message;
    throw new OpsError('CONFIG_INVALID', `${at(startOf(alias) ?? 0)}: ${say}`, { cause });
  }
}

function offsetIn(document: Document, path: KeyPath, on: 'key' | 'value'): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let around: unknown = document.contents;
  for (const [index, wanted] of path.entries()) {
    const found = entryOf(document, around, wanted);
    if (found === undefined) return offset;
    const last = index === path.length - 1;
    const wantsValue = last && on === 'value' && !isEmpty(found.value);
    offset = startOf(wantsValue ? found.value : (found.key ?? found.value)) ?? offset;
    around = found.value;
  }
  return offset;
}

/** A key of a mapping (its own, else a merged one) or an entry of a list, through an alias if need be. */
function entryOf(
  document: Document,
  node: unknown,
  wanted: string | number,
): { key?: unknown; value: unknown } | undefined {
  const around = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(around)) return around.items.map((value) => ({ value }))[Number(wanted)];
  if (!isMap(around)) return undefined;
  const pairs = around.items.filter(isPair);
  const own = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(wanted));
  if (own !== undefined) return own;
  const merged = pairs.filter(({ key }) => isScalar(key) && key.source === '<<').map(({ value }) => value);
  return merged
    .flatMap((value) => (isSeq(value) ? value.items : [value]))
    .map((value) => entryOf(document, value, wanted))
    .find((entry) => entry !== undefined);
}

const isEmpty = (node: unknown): boolean => node === null || (isScalar(node) && node.value === null);
const startOf = (node: unknown): number | undefined => (isRanged(node) ? node.range?.[0] : undefined);
const isRanged = (node: unknown): node is Node => isAlias(node) || isMap(node) || isSeq(node) || isScalar(node);
