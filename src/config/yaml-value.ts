import { isAlias, isMap, isScalar, isSeq, visit, type Document } from 'yaml';
import { startOf } from './yaml-offset.ts';

// Enough for a service shared by a thousand nodes, far too few for aliases of aliases of aliases.
const maxAliases = 10_000;

/** The value of a document, its aliases and merges resolved; throws what `refuse` makes of those that can't be. */
export function yamlValue(document: Document, refuse: (offset: number, say: string) => Error): unknown {
  const meant = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  let last = 0;
  visit(document, {
    Alias(_, alias, around) {
      last = startOf(alias) ?? last;
      const node = alias.resolve(document);
      if (node === undefined) throw refuse(last, `nothing before this is marked &${alias.source}`);
      if (around.includes(node)) throw refuse(last, 'this alias stands within what it means');
    },
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.source !== '<<') return;
      const source = meant(value);
      const sources = isSeq(source) ? source.items.map(meant) : [source];
      if (!sources.every(isMap)) throw refuse(startOf(key) ?? 0, '<< takes in mappings only');
    },
  });
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof ReferenceError) throw refuse(last, 'too many aliases of aliases');
    throw error;
  }
}
