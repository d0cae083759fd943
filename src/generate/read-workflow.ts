import { z } from 'zod';
import { graphSchema, type Graph } from './graph.ts';
import { pageWorkflowSchema, type PageWorkflow } from './page-workflow.ts';

/** A workflow as somebody saved it. */
export type Workflow =
  | { readonly is: 'graph'; readonly graph: Graph }
  | { readonly is: 'page'; readonly page: PageWorkflow }
  | { readonly is: 'none'; readonly say: string };

const promptSchema = z.object({ prompt: graphSchema });

/** Reads the JSON of a workflow: as ComfyUI is given it (API), as its page saves it, or a request that holds one. */
export function readWorkflow(text: string): Workflow {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    return { is: 'none', say: `It is no JSON: ${thrown instanceof Error ? thrown.message : ''}` };
  }
  const page = pageWorkflowSchema.safeParse(json);
  if (page.success) return { is: 'page', page: page.data };
  const graph = graphSchema.safeParse(json).data ?? promptSchema.safeParse(json).data?.prompt;
  if (graph !== undefined && Object.keys(graph).length > 0) return { is: 'graph', graph };
  const looksLikePage = z.object({ nodes: z.array(z.unknown()) }).safeParse(json).success;
  const [issue] = page.error.issues;
  const why = looksLikePage ? ` At ${issue?.path.join('.')}: ${issue?.message}.` : '';
  return { is: 'none', say: `It holds neither a graph (API format) nor a workflow of the page of ComfyUI.${why}` };
}
