import { OpsError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { nearest } from '../core/text.ts';
import { linkOf, type Graph } from './graph.ts';
import { graphParameters } from './graph-parameters.ts';

/** Errors: `USAGE` for what is no `name=value`, a name that the graph does not have, and a value of another kind. */
export function withParameters(graph: Graph, settings: readonly string[]): Graph {
  const parameters = graphParameters(graph);
  let changed = graph;
  for (const setting of settings) {
    const [, name = '', value = ''] = /^([^=]+)=([^]*)$/.exec(setting) ?? [];
    if (name === '') throw new OpsError('USAGE', `set: ${JSON.stringify(setting)} is no name=value.`);
    const at = parameters.find((each) => each.name === name)?.at ?? addressIn(graph, name);
    if (at === undefined) {
      const names = parameters.map((each) => each.name);
      const near = nearest(name, names);
      throw new OpsError('USAGE', `set: nothing in it is called ${JSON.stringify(name)}.`, {
        hint: `${near === undefined ? '' : `Did you mean ${near}? `}It has ${names.join(', ') || 'no names'}; any value can be set as node.input.`,
      });
    }
    for (const each of at) changed = withValue(changed, each, value, name);
  }
  return changed;
}

/** `12.text`; an id may hold dots and colons itself. */
function addressIn(graph: Graph, name: string): readonly string[] | undefined {
  const dots = [...name.matchAll(/\./g)].map(({ index }) => index);
  const found = dots.some((dot) => graph[name.slice(0, dot)] !== undefined);
  return found ? [name] : undefined;
}

function withValue(graph: Graph, address: string, value: string, name: string): Graph {
  const dot =
    [...address.matchAll(/\./g)]
      .map(({ index }) => index)
      .find((each) => graph[address.slice(0, each)] !== undefined) ?? 0;
  const [id, input] = [address.slice(0, dot), address.slice(dot + 1)];
  const node = graph[id];
  if (node === undefined) return graph;
  const before = node.inputs[input];
  if (linkOf(before) !== undefined)
    throw new OpsError('USAGE', `set: ${name} comes from another node; it has no value of its own.`);
  return { ...graph, [id]: { ...node, inputs: { ...node.inputs, [input]: like(before, value, name) } } };
}

/** In the kind of what it replaces. A whole number that JSON can't hold stays text: ComfyUI takes it so. */
function like(before: Json | undefined, value: string, name: string): Json {
  if (typeof before === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new OpsError('USAGE', `set: ${name} is true or false, not ${JSON.stringify(value)}.`);
  }
  if (typeof before !== 'number') return value;
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number))
    throw new OpsError('USAGE', `set: ${name} is a number, not ${JSON.stringify(value)}.`);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? value.trim() : number;
}
