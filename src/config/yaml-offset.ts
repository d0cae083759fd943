import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node } from 'yaml';
import type { KeyPath } from './key-path.ts';

/** Where the value at a path stands, or its key, or the nearest thing around it that is there. */
export function offsetIn(document: Document, path: KeyPath, on: 'key' | 'value'): number {
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
export const startOf = (node: unknown): number | undefined => (isRanged(node) ? node.range?.[0] : undefined);
const isRanged = (node: unknown): node is Node => isAlias(node) || isMap(node) || isSeq(node) || isScalar(node);
