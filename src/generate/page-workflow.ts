import { z } from 'zod';
import { jsonSchema } from '../core/json.ts';

const id = z.union([z.string(), z.number()]).transform(String);

/** A link is a row of six, or an object, by the age of the page that wrote it. */
const linkSchema = z.union([
  z
    .tuple([z.number(), id, z.int(), id, z.int()], z.unknown())
    .transform(([number, from, slot, to, at]) => ({ number, from, slot, to, at })),
  z
    .object({ id: z.number(), origin_id: id, origin_slot: z.int(), target_id: id, target_slot: z.int() })
    .transform((told) => ({
      number: told.id,
      from: told.origin_id,
      slot: told.origin_slot,
      to: told.target_id,
      at: told.target_slot,
    })),
]);
export type PageLink = z.infer<typeof linkSchema>;

const slotSchema = z.object({
  name: z.string(),
  type: z.unknown().transform((type) => (typeof type === 'string' ? type : '*')),
  link: z.number().nullish(),
  widget: z.object({ name: z.string() }).nullish(),
});

const nodeSchema = z.object({
  id,
  type: z.string(),
  /** 2 is muted, 4 is bypassed. */
  mode: z.int().default(0),
  title: z.string().optional(),
  inputs: z.array(slotSchema).default([]),
  outputs: z
    .array(z.object({ type: z.unknown().transform((type) => (typeof type === 'string' ? type : '*')) }))
    .default([]),
  widgets_values: z.union([z.array(jsonSchema), z.record(z.string(), jsonSchema)]).nullish(),
});
export type PageNode = z.infer<typeof nodeSchema>;

const partSchema = z.object({
  nodes: z.array(nodeSchema),
  links: z
    .array(linkSchema.nullable())
    .default([])
    .transform((links) => links.flatMap((link) => link ?? [])),
});
/** Nodes and the links between them: a workflow, or the inside of a subgraph. */
export type PagePart = z.infer<typeof partSchema>;

/** A workflow as the page of ComfyUI saves it. Source: saved workflows of releases from 2023 to 2026. */
export const pageWorkflowSchema = partSchema.extend({
  definitions: z
    .object({ subgraphs: z.array(partSchema.extend({ id, name: z.string().default('') })).default([]) })
    .default({ subgraphs: [] }),
});
export type PageWorkflow = z.infer<typeof pageWorkflowSchema>;
export type Subgraph = PageWorkflow['definitions']['subgraphs'][number];
