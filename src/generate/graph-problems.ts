import { nearest } from '../core/text.ts';
import type { NodeClass, NodeInput } from '../probes/comfyui-classes.ts';
import type { Json } from '../core/json.ts';
import { cycleIn } from './graph-cycle.ts';
import { linkOf, linksOf, nodeTitle, type Graph, type GraphNode, type Link } from './graph.ts';
import { modelFolder } from './model-folder.ts';

/** What is wrong with a graph, by a word that does not change. */
export const problemCodes = [
  'missing_node',
  'missing_model',
  'missing_file',
  'missing_input',
  'not_allowed',
  'out_of_range',
  'wrong_type',
  'broken_link',
  'cycle',
  'no_output',
  'wrong_model',
] as const;

export interface Problem {
  readonly code: (typeof problemCodes)[number];
  /** Id in the graph; null for what is wrong with all of it. */
  readonly node: string | null;
  readonly input: string | null;
  /** One sentence. */
  readonly say: string;
  /** What was probably meant. */
  readonly near?: string;
  /** Folder of models that the file was looked for in. */
  readonly folder?: string;
}

type Classes = Readonly<Record<string, NodeClass>>;

/**
 * All that would keep an instance from carrying a graph out, at once, by what it says of its node classes.
 *
 * Also what ComfyUI only trips over when it runs: links to nothing, and inputs that it does not check.
 */
export function graphProblems(graph: Graph, classes: Classes): readonly Problem[] {
  const nodes = Object.entries(graph);
  const cycle = cycleIn(graph);
  const known = nodes.filter(([, node]) => classes[node.class_type] !== undefined);
  const hasOutput = known.some(([, node]) => classes[node.class_type]?.isOutput);
  return [
    ...nodes.flatMap(([id, node]): readonly Problem[] => {
      const its = classes[node.class_type];
      return its === undefined ? [missingNode(id, node)] : nodeProblems({ graph, classes, id, node, its });
    }),
    ...(cycle === undefined
      ? []
      : [
          {
            code: 'cycle' as const,
            node: cycle[0] ?? null,
            input: null,
            say: `Nodes wait for each other: ${cycle.join(' → ')}.`,
          },
        ]),
    ...(hasOutput || known.length < nodes.length
      ? []
      : [
          {
            code: 'no_output' as const,
            node: null,
            input: null,
            say: 'Nothing comes out of it: it has no node that saves or shows a result.',
          },
        ]),
  ];
}

const missingNode = (id: string, node: GraphNode): Problem => ({
  code: 'missing_node',
  node: id,
  input: null,
  say: `Node ${id} (${nodeTitle(node)}) is of the class ${node.class_type}, which is not installed there.`,
});

interface Case {
  readonly graph: Graph;
  readonly classes: Classes;
  readonly id: string;
  readonly node: GraphNode;
  readonly its: NodeClass;
}

function nodeProblems(one: Case): readonly Problem[] {
  const { id, node, its } = one;
  const inputs = its.inputs.flatMap((input) => {
    const chosen = node.inputs[input.name];
    const sub = typeof chosen === 'string' ? (input.variants[chosen] ?? []) : [];
    return [input, ...sub.map((each) => ({ ...each, name: `${input.name}.${each.name}` }))];
  });
  const links = linksOf(node).flatMap(([input, link]) => brokenLink(one, input, link) ?? []);
  return [
    ...links,
    ...inputs.flatMap((input): readonly Problem[] => {
      const value = node.inputs[input.name];
      if (value === undefined)
        return input.required && !input.grows && !hasDefault(input)
          ? [{ code: 'missing_input', node: id, input: input.name, say: `${where(one, input.name)} is missing.` }]
          : [];
      const link = linkOf(value);
      if (link !== undefined) return links.some((each) => each.input === input.name) ? [] : wrongType(one, input, link);
      return wrongValue(one, input, value);
    }),
  ];
}

/** ComfyUI refuses what is required and missing, default or not; only of a choice between variants it takes the first. */
const hasDefault = ({ variants }: NodeInput): boolean => Object.keys(variants).length > 0;

const where = ({ id, node }: Case, input: string): string => `${input} of node ${id} (${nodeTitle(node)})`;

function brokenLink(one: Case, input: string, { node, slot }: Link): Problem | undefined {
  const from = one.graph[node];
  const broken = { code: 'broken_link' as const, node: one.id, input };
  if (from === undefined)
    return { ...broken, say: `${where(one, input)} comes from node ${node}, which is not there.` };
  const outputs = one.classes[from.class_type]?.outputs;
  if (outputs === undefined || slot < outputs.length) return undefined;
  return {
    ...broken,
    say: `${where(one, input)} comes from output ${slot} of ${nodeTitle(from)}, which has ${outputs.length}.`,
  };
}

function wrongType(one: Case, { name, types }: NodeInput, { node, slot }: Link): readonly Problem[] {
  const from = one.graph[node];
  const told = from && one.classes[from.class_type]?.outputs[slot];
  if (told === undefined || fits(told, types)) return [];
  const say = `${where(one, name)} wants ${types.join(' or ')} and is given ${told}.`;
  return [{ code: 'wrong_type', node: one.id, input: name, say }];
}

/** `*` is anything, and what is named for a match is told only when it runs. */
const fits = (given: string, wanted: readonly string[]): boolean =>
  given === '*' ||
  given.startsWith('COMFY_') ||
  wanted.some((type) => type === '*' || type.startsWith('COMFY_') || given.split(',').includes(type));

function wrongValue(one: Case, input: NodeInput, value: Json): readonly Problem[] {
  const { name, options, min, max } = input;
  const at = { node: one.id, input: name };
  if (options !== null) {
    if (typeof value === 'object' || options.includes(value)) return [];
    return [notAmong(one, input, String(value))];
  }
  if (!input.types.some((type) => type === 'INT' || type === 'FLOAT')) return [];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number))
    return [
      { code: 'wrong_type', ...at, say: `${where(one, name)} must be a number and is ${JSON.stringify(value)}.` },
    ];
  if (min !== null && number < min)
    return [{ code: 'out_of_range', ...at, say: `${where(one, name)} is ${number}; the least is ${min}.` }];
  if (max !== null && number > max)
    return [{ code: 'out_of_range', ...at, say: `${where(one, name)} is ${number}; the most is ${max}.` }];
  return [];
}

function notAmong(one: Case, { name, options, isUpload }: NodeInput, value: string): Problem {
  const words = (options ?? []).map(String);
  const near = nearest(value, words) ?? words.find((word) => word.toLowerCase().includes(value.toLowerCase()));
  const folder = modelFolder(name);
  const few = words.length <= 12 && words.length > 0 ? ` It may be ${words.join(', ')}.` : '';
  const meant = near === undefined ? few : ` Did you mean ${near}?`;
  const says = value === '' ? 'is empty' : `is ${value}`;
  const rest = { node: one.id, input: name, ...(near !== undefined && { near }) };
  if (isUpload)
    return { code: 'missing_file', ...rest, say: `${where(one, name)} ${says}: no file of its input folder.${meant}` };
  if (folder !== undefined)
    return {
      code: 'missing_model',
      ...rest,
      folder,
      say: `${where(one, name)} ${says}: none of the ${words.length} in ${folder}.${meant}`,
    };
  return { code: 'not_allowed', ...rest, say: `${where(one, name)} ${says}: that is not allowed.${meant}` };
}
