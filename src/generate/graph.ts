import { z } from 'zod';
import { jsonSchema, type Json } from '../core/json.ts';

/** A node of a graph as ComfyUI is given it. */
export interface GraphNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly _meta?: { readonly title?: string | undefined } | undefined;
}

/** What ComfyUI carries out: nodes by id, and where their inputs come from. */
export type Graph = Readonly<Record<string, GraphNode>>;

/** The output of another node. */
export interface Link {
  readonly node: string;
  readonly slot: number;
}

export const graphSchema: z.ZodType<Graph> = z.record(
  z.string(),
  z.object({
    class_type: z.string(),
    inputs: z.record(z.string(), jsonSchema).default({}),
    _meta: z.object({ title: z.string().optional() }).optional(),
  }),
);

const linkSchema = z.tuple([z.union([z.string(), z.number()]), z.int().min(0)]);

/** Undefined for a value that is none. */
export function linkOf(value: Json | undefined): Link | undefined {
  const told = linkSchema.safeParse(value).data;
  return told && { node: String(told[0]), slot: told[1] };
}

/** What people call a node: its title, else its class. */
export const nodeTitle = ({ class_type: name, _meta: meta }: GraphNode): string => meta?.title ?? name;

/** All links of a node, by input. */
export const linksOf = ({ inputs }: GraphNode): readonly (readonly [input: string, link: Link])[] =>
  Object.entries(inputs).flatMap(([input, value]) => {
    const link = linkOf(value);
    return link === undefined ? [] : [[input, link] as const];
  });
