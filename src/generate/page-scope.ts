import type { Json } from '../core/json.ts';
import { linkOf } from './graph.ts';
import type { PageLink, PageNode, PagePart, PageWorkflow, Subgraph } from './page-workflow.ts';

/** Where links of a subgraph begin that come from outside of it, and end that go there. */
const [outside, beyond] = ['-10', '-20'];
const mute = 2;
const bypass = 4;

/** Nodes of one part of a workflow, and the node outside that stands for it. */
export interface Scope {
  /** Of the ids in it: `12:` within node 12. */
  readonly prefix: string;
  readonly nodes: ReadonlyMap<string, PageNode>;
  readonly links: ReadonlyMap<number, PageLink>;
  readonly host?: { readonly scope: Scope; readonly node: PageNode };
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
}

export const scopeOf = ({ definitions, ...part }: PageWorkflow): Scope => {
  const subgraphs = new Map(definitions.subgraphs.map((each) => [each.id, each]));
  return { prefix: '', ...maps(part), subgraphs };
};

const maps = ({ nodes, links }: PagePart) => ({
  nodes: new Map(nodes.map((node) => [node.id, node])),
  links: new Map(links.map((link) => [link.number, link])),
});

/** The inside of a node that stands for a subgraph; undefined for any other. */
export function inside(scope: Scope, node: PageNode): Scope | undefined {
  const part = scope.subgraphs.get(node.type);
  if (part === undefined) return undefined;
  return { prefix: `${scope.prefix}${node.id}:`, ...maps(part), host: { scope, node }, subgraphs: scope.subgraphs };
}

export const isMuted = ({ mode }: PageNode): boolean => mode === mute;
export const isBypassed = ({ mode }: PageNode): boolean => mode === bypass;

/** Subgraphs within subgraphs, reroutes after reroutes: whoever nests deeper has made a circle. */
const deepest = 200;

/** What a link brings, as a graph says it: `[node, slot]` or a value. Undefined: nothing does. */
export function brought(scope: Scope, number: number, depth = 0): Json | undefined {
  const link = scope.links.get(number);
  if (link === undefined || depth > deepest) return undefined;
  if (link.from === outside) return fromOutside(scope, link.slot, depth);
  const node = scope.nodes.get(link.from);
  if (node === undefined || isMuted(node)) return undefined;
  if (isBypassed(node)) return passedBy(scope, node, link.slot, depth);
  if (node.type === 'Reroute') return follow(scope, node.inputs[0]?.link, depth);
  if (node.type === 'PrimitiveNode') return firstValue(node);
  if (node.type === 'GetNode') return follow(scope, setterOf(scope, node)?.inputs[0]?.link, depth);
  const part = inside(scope, node);
  if (part === undefined) return [`${scope.prefix}${node.id}`, link.slot];
  const out = [...part.links.values()].find(({ to, at }) => to === beyond && at === link.slot);
  return follow(part, out?.number, depth);
}

const follow = (scope: Scope, number: number | null | undefined, depth: number): Json | undefined =>
  typeof number === 'number' ? brought(scope, number, depth + 1) : undefined;

const firstValue = ({ widgets_values: values }: PageNode): Json | undefined =>
  Array.isArray(values) ? values[0] : undefined;

const setterOf = (scope: Scope, getter: PageNode): PageNode | undefined =>
  [...scope.nodes.values()].find(
    (node) => node.type === 'SetNode' && firstValue(node) !== undefined && firstValue(node) === firstValue(getter),
  );

/** What comes into a subgraph at one of its inputs: a link of the node that stands for it, or the value that it shows. */
function fromOutside({ host }: Scope, slot: number, depth: number): Json | undefined {
  if (host === undefined) return undefined;
  const input = host.node.inputs[slot];
  const linked = follow(host.scope, input?.link, depth);
  if (linked !== undefined || input?.widget == null) return linked;
  const shown = host.node.inputs.filter(({ widget }) => widget != null);
  const { widgets_values: values } = host.node;
  if (Array.isArray(values)) return values[shown.indexOf(input)];
  return values?.[input.widget.name];
}

/** A node that is bypassed hands on what comes into it: by the same slot where the type fits, else by the first that does. */
function passedBy(scope: Scope, { inputs, outputs }: PageNode, slot: number, depth: number): Json | undefined {
  const type = outputs[slot]?.type ?? '*';
  const fits = (input: PageNode['inputs'][number] | undefined) =>
    input?.link != null && (input.type === type || input.type === '*' || type === '*');
  const [same, first] = [inputs[slot], inputs.find(fits)];
  return follow(scope, (fits(same) ? same : first)?.link, depth);
}

/** A list that is a value, so that it is not taken for a link. */
export const asValue = (value: Json): Json =>
  Array.isArray(value) && linkOf(value) !== undefined ? { __value__: value } : value;
