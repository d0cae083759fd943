import type { Node } from '../core/node.ts';
import { folderOf } from '../probes/path-parts.ts';

/** `/` and the declared mounts. */
export const declaredPlaces = (node: Node): readonly string[] => [...new Set(['/', ...node.mounts])];

/** Where declared models and logs lie, as far as no declared place names it. */
export function derivedPlaces(node: Node): readonly string[] {
  const paths = node.services.flatMap(({ models, logs }) => [...models.map(({ path }) => path), ...logs]);
  const declared = declaredPlaces(node);
  return [...new Set(paths.map(folderOf))].filter((path) => !declared.includes(path));
}

/** Where declared services write their logs. */
export const logPlaces = (node: Node): readonly string[] => [
  ...new Set(node.services.flatMap(({ logs }) => logs.map(folderOf))),
];
