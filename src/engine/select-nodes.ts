import { OpsError } from '../core/errors.ts';
import type { Fleet, Node } from '../core/node.ts';
import { nearest } from '../core/text.ts';

/**
 * The nodes meant by names or `label=value`, each once, in the order of the fleet file; all for no selector.
 *
 * Errors: `UNKNOWN_NODE`, with the known names and the nearest one.
 */
export function selectNodes({ nodes, path }: Fleet, selectors: readonly string[], local: Node): readonly Node[] {
  if (selectors.length === 0) return nodes;
  // This machine needs no entry, unless the fleet file gives its name to a node.
  const known =
    nodes.some(({ name }) => name === local.name) || !selectors.includes(local.name) ? nodes : [...nodes, local];
  const wanted = new Set(selectors.flatMap((selector) => matching(known, selector, path)));
  return known.filter((node) => wanted.has(node));
}

function matching(nodes: readonly Node[], selector: string, path: string): readonly Node[] {
  const [label = '', value] = selector.split('=', 2);
  const found = nodes.filter((node) => node.name === selector || (value !== undefined && node.labels[label] === value));
  if (found.length > 0) return found;
  const names = nodes.map(({ name }) => name);
  const meant = nearest(selector, names);
  const shown = JSON.stringify(selector);
  throw new OpsError(
    'UNKNOWN_NODE',
    value === undefined ? `No node is called ${shown}.` : `No node has the label ${shown}.`,
    {
      hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}${path} knows: ${names.slice(0, 20).join(', ') || 'no nodes'}${names.length > 20 ? `, and ${names.length - 20} more` : ''}.`,
    },
  );
}
