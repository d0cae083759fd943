import type { Json } from '../core/json.ts';
import { linkOf, nodeTitle, type Graph, type GraphNode } from './graph.ts';

/** A value of a graph that has a name; all of `at` are set together. */
export interface Parameter {
  readonly name: string;
  /** `node.input` */
  readonly at: readonly string[];
  readonly value: Json;
}

/** What inputs are called that mean the same in every workflow. */
const plainNames: Readonly<Record<string, string>> = {
  seed: 'seed',
  noise_seed: 'seed',
  steps: 'steps',
  cfg: 'cfg',
  denoise: 'denoise',
  sampler_name: 'sampler',
  scheduler: 'scheduler',
  width: 'width',
  height: 'height',
  batch_size: 'batch',
  ckpt_name: 'checkpoint',
  unet_name: 'model',
  lora_name: 'lora',
  image: 'image',
  filename_prefix: 'prefix',
  scale_by: 'scale',
};
/** A seed is one for the whole picture; of other values each node has its own. */
const together: ReadonlySet<string> = new Set(['seed']);
const placeholder = /^PARAM_(?:(?:INT|FLOAT|STR|STRING|BOOL|BOOLEAN)_)?([A-Z0-9_]+)$/;

interface Named {
  readonly name: string;
  readonly at: string;
  readonly value: Json;
}

/**
 * What can be set in a graph by name: what its author named (a node titled `=>name`, a value `PARAM_NAME`), the texts that
 * a sampler draws by, and inputs that mean the same everywhere. Every value can be set as `node.input` besides.
 */
export function graphParameters(graph: Graph): readonly Parameter[] {
  const named = Object.entries(graph).flatMap(([id, node]) => namedIn(graph, id, node));
  const taken = new Map<string, Parameter>();
  for (const { name, at, value } of named) {
    const known = taken.get(name);
    if (known === undefined) taken.set(name, { name, at: [at], value });
    else if (together.has(name)) taken.set(name, { ...known, at: [...known.at, at] });
    else {
      const free = freeName(name, taken);
      taken.set(free, { name: free, at: [at], value });
    }
  }
  return [...taken.values()];
}

function freeName(name: string, taken: ReadonlyMap<string, Parameter>): string {
  let number = 2;
  while (taken.has(`${name}${number}`)) number += 1;
  return `${name}${number}`;
}

function namedIn(graph: Graph, id: string, node: GraphNode): readonly Named[] {
  const values = Object.entries(node.inputs).filter(([, value]) => linkOf(value) === undefined);
  const byTitle = /^=>\s*([\w-]+)$/.exec(nodeTitle(node).trim())?.[1];
  const role = textRole(graph, id);
  return values.flatMap(([input, value], index): readonly Named[] => {
    const byValue = typeof value === 'string' ? placeholder.exec(value)?.[1]?.toLowerCase() : undefined;
    const byRole = input === 'text' ? role : undefined;
    const name = byValue ?? (index === 0 ? byTitle : undefined) ?? byRole ?? plainNames[input];
    return name === undefined ? [] : [{ name, at: `${id}.${input}`, value }];
  });
}

/** Whether what a node says is what a picture shall show, or what it shall not. */
function textRole(graph: Graph, id: string): 'prompt' | 'negative' | undefined {
  const leads = (input: string) =>
    Object.values(graph).some(({ inputs }) => leadsTo(graph, linkOf(inputs[input])?.node, id));
  if (leads('positive') || leads('conditioning')) return 'prompt';
  return leads('negative') ? 'negative' : undefined;
}

const mostSteps = 50;

/** Back along what conditions a sampler, until a node with a text of its own. */
function leadsTo(graph: Graph, from: string | undefined, wanted: string): boolean {
  let id = from;
  for (let step = 0; id !== undefined && step < mostSteps; step += 1) {
    if (id === wanted) return true;
    const node: GraphNode | undefined = graph[id];
    if (node === undefined || typeof node.inputs['text'] === 'string') return false;
    id = linkOf(node.inputs['conditioning'])?.node ?? linkOf(node.inputs['positive'])?.node;
  }
  return false;
}
