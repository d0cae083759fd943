import type { Json } from '../core/json.ts';
import type { NodeClass, NodeInput } from '../probes/comfyui-classes.ts';
import type { Graph, GraphNode } from './graph.ts';
import { asValue, brought, inside, isBypassed, isMuted, scopeOf, type Scope } from './page-scope.ts';
import type { PageNode, PageWorkflow } from './page-workflow.ts';

/** They stand on the page alone. */
const onPage: ReadonlySet<string> = new Set(['Note', 'MarkdownNote', 'PrimitiveNode', 'Reroute', 'GetNode', 'SetNode']);
/** What the page does to a seed after a run. */
const controls: ReadonlySet<Json> = new Set(['fixed', 'increment', 'decrement', 'randomize', 'increment-wrap']);

/** A workflow of the page as a graph, or why it can not be one; never a part of it. */
export type PageGraph = { readonly graph: Graph } | { readonly cannot: readonly string[] };

/** Node classes that a workflow of the page is made of, for who asks an instance about them. */
export function pageClasses(workflow: PageWorkflow): readonly string[] {
  return [...new Set(nodesIn(scopeOf(workflow)).map(({ node }) => node.type))];
}

/** Turns a workflow of the page into a graph, by what an instance knows of its node classes. */
export function pageGraph(workflow: PageWorkflow, classes: Readonly<Record<string, NodeClass>>): PageGraph {
  const nodes = nodesIn(scopeOf(workflow));
  const cannot = nodes.flatMap(({ scope, node }) => {
    if (/^workflow[/>]/.test(node.type))
      return [
        `Node ${scope.prefix}${node.id} is a group node (${node.type}): open it on the page, and convert it to a subgraph.`,
      ];
    return classes[node.type] === undefined
      ? [
          `Node ${scope.prefix}${node.id} (${node.title ?? node.type}) is of the class ${node.type}, which is not installed there.`,
        ]
      : [];
  });
  if (nodes.length === 0)
    return { cannot: ['Nothing in it is carried out: all its nodes are muted, bypassed or notes.'] };
  if (cannot.length > 0) return { cannot };
  return {
    graph: Object.fromEntries(
      nodes.flatMap(({ scope, node }) => {
        const its = classes[node.type];
        return its === undefined ? [] : [[`${scope.prefix}${node.id}`, graphNode(scope, node, its)] as const];
      }),
    ),
  };
}

function nodesIn(scope: Scope): readonly { readonly scope: Scope; readonly node: PageNode }[] {
  return [...scope.nodes.values()].flatMap((node) => {
    if (isMuted(node) || isBypassed(node) || onPage.has(node.type)) return [];
    const part = isWithin(scope, node.type) ? undefined : inside(scope, node);
    return part === undefined ? [{ scope, node }] : nodesIn(part);
  });
}

/** A subgraph within itself has no end. */
const isWithin = ({ host }: Scope, type: string): boolean =>
  host !== undefined && (host.node.type === type || isWithin(host.scope, type));

function graphNode(scope: Scope, node: PageNode, its: NodeClass): GraphNode {
  const inputs: Record<string, Json> = { ...values(node, its) };
  for (const { name, link } of node.inputs) {
    const value = typeof link === 'number' ? brought(scope, link) : undefined;
    if (value !== undefined) inputs[name] = value;
    else if (typeof link === 'number') delete inputs[name];
  }
  return { class_type: node.type, inputs, ...(node.title !== undefined && { _meta: { title: node.title } }) };
}

/** The values that stand on a node, by the order of its inputs. */
function values({ widgets_values: told }: PageNode, its: NodeClass): Readonly<Record<string, Json>> {
  if (told == null) return {};
  if (!Array.isArray(told)) {
    const known = new Set(its.inputs.map(({ name }) => name));
    return Object.fromEntries(Object.entries(told).filter(([name]) => known.has(name)));
  }
  const rest = [...told];
  const taken: Record<string, Json> = {};
  const take = (inputs: readonly NodeInput[], prefix: string): void => {
    for (const { name, isWidget, isControlled, variants } of inputs) {
      const value = isWidget ? rest.shift() : undefined;
      if (value === undefined) continue;
      taken[prefix + name] = asValue(value);
      const [next] = rest;
      if (isControlled && next !== undefined && (controls.has(next) || typeof next === 'boolean')) rest.shift();
      if (typeof value === 'string') take(variants[value] ?? [], `${prefix}${name}.`);
    }
  };
  take(its.inputs, '');
  return taken;
}
