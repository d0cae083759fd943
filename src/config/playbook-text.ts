import { Document, isMap, visit } from 'yaml';
import type { Playbook } from '../core/playbook.ts';
import { isMapping } from './key-path.ts';
import { childOf, playbookJsonSchema, type JsonSchema } from './schema.ts';

/** What is no longer than this stands on one line. */
const short = 90;

/** A playbook as the YAML that a person would write: what is the default anyway is left out. */
export function playbookText(playbook: Playbook): string {
  const document = new Document(withoutDefaults(playbook, playbookJsonSchema()));
  visit(document, {
    Collection(_, node, { length: depth }) {
      // The lists of the playbook itself have an entry on each line, and a question its own.
      const isOpen = depth === 2 ? node.items.some(isMap) || isMap(node) : isMap(node) && node.has('asks');
      if (depth > 1 && !isOpen && JSON.stringify(node).length <= short) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 100, singleQuote: true });
}

function withoutDefaults(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((item, index) => below(item, childOf(schema, index)));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const child = childOf(schema, key);
      const isDefault = isMapping(child) && JSON.stringify(child['default']) === JSON.stringify(item);
      return isDefault ? [] : [[key, below(item, child)]];
    }),
  );
}

const below = (value: unknown, schema: unknown): unknown =>
  isMapping(schema) ? withoutDefaults(value, schema) : value;
