import type { NodeClass } from '../probes/comfyui-classes.ts';
import type { Graph } from './graph.ts';
import { modelFolder } from './model-folder.ts';

/** A template leaves its models empty: each becomes the first that the instance has. */
export const withModels = (graph: Graph, classes: Readonly<Record<string, NodeClass>>): Graph =>
  Object.fromEntries(
    Object.entries(graph).map(([id, node]) => {
      const inputs = Object.fromEntries(
        Object.entries(node.inputs).map(([name, value]) => {
          const isOpen = value === '' && modelFolder(name) !== undefined;
          const first = classes[node.class_type]?.inputs.find((input) => input.name === name)?.options?.[0];
          return [name, isOpen ? (first ?? value) : value];
        }),
      );
      return [id, { ...node, inputs }];
    }),
  );
