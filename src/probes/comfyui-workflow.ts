import { z } from 'zod';
import { http, read } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { jsonAnswer } from './json-answer.ts';
import type { ModelServer } from './model-server.ts';

/** A file that should hold a workflow in the API format: nodes by id, each with its class and its inputs. */
export type ComfyuiWorkflow =
  | { readonly is: 'workflow'; readonly nodes: number; readonly unknown: readonly string[]; readonly unasked: number }
  /** Saved from the pages of ComfyUI for its pages: `/prompt` answers it with an error of its own. */
  | { readonly is: 'of the pages' }
  | { readonly is: 'broken'; readonly why: string };

const graphSchema = z.record(
  z.string(),
  z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) }),
);
const pagesSchema = z.object({ nodes: z.array(z.unknown()), links: z.array(z.unknown()) });
const classSchema = z.record(z.string(), z.unknown());
const mostBytes = 1_048_576;
const mostClasses = 64;

export interface WorkflowInput {
  readonly server: ModelServer;
  readonly path: string;
  readonly become: 'sudo' | undefined;
}

export const comfyuiWorkflow = defineProbe({
  name: 'comfyui.workflow',
  summary: 'Whether a file is a workflow whose nodes a ComfyUI knows',
  *steps({ server: { origin, headers }, path, become }: WorkflowInput): Asking<ComfyuiWorkflow> {
    const reply = yield* ask(read(path, { bytes: mostBytes, become }));
    const text = fileTextIfAny(reply);
    if (!reply.ok || text === undefined)
      return { is: 'broken', why: reply.ok ? 'it is no text' : `it can not be read: ${reply.message}` };
    if (reply.size > mostBytes) return { is: 'broken', why: `it has ${reply.size} bytes, more than is read` };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { is: 'broken', why: 'it is no JSON' };
    }
    if (pagesSchema.safeParse(value).success) return { is: 'of the pages' };
    const graph = graphSchema.safeParse(value).data;
    if (graph === undefined) return { is: 'broken', why: 'its nodes have no class_type and inputs' };
    const missing = Object.entries(graph).flatMap(([id, { inputs }]) =>
      Object.values(inputs).flatMap((input) =>
        isLink(input) && !Object.hasOwn(graph, input[0]) ? [`${id} to ${input[0]}`] : [],
      ),
    );
    if (missing.length > 0)
      return { is: 'broken', why: `it links nodes that are not there: ${clean(missing.join(', '))}` };
    const classes = [...new Set(Object.values(graph).map(({ class_type: type }) => type))];
    const asked = classes.slice(0, mostClasses);
    const replies = yield* askAll(
      asked.map((type) => http(`${origin}/object_info/${encodeURIComponent(type)}`, { headers, bytes: 2_097_152 })),
    );
    const answers = replies.map((answer) => jsonAnswer(answer, classSchema));
    return {
      is: 'workflow',
      nodes: Object.keys(graph).length,
      unknown: asked
        .filter((type, index) => answers[index] !== undefined && !Object.hasOwn(answers[index], type))
        .map(clean),
      unasked: classes.length - answers.filter((answer) => answer !== undefined).length,
    };
  },
});

const isLink = (input: unknown): input is [string, number] =>
  Array.isArray(input) && input.length === 2 && typeof input[0] === 'string' && typeof input[1] === 'number';
