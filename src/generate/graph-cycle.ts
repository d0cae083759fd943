import { linksOf, type Graph } from './graph.ts';

/** Ids of nodes that wait for each other, the first again at the end; undefined where none do. */
export function cycleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of Object.keys(graph)) {
    const path: string[] = [];
    const on = new Set<string>();
    // A stack of its own: a graph may be deeper than calls can nest.
    const stack: { readonly id: string; readonly leave: boolean }[] = [{ id: start, leave: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { id, leave } = top;
      if (leave) {
        on.delete(id);
        path.pop();
        done.add(id);
        continue;
      }
      if (on.has(id)) return [...path.slice(path.indexOf(id)), id];
      const node = graph[id];
      if (done.has(id) || node === undefined) continue;
      on.add(id);
      path.push(id);
      stack.push({ id, leave: true }, ...linksOf(node).map(([, link]) => ({ id: link.node, leave: false })));
    }
  }
  return undefined;
}
