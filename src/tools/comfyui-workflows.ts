import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import { jsonSchema } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import type { Report } from '../core/report.ts';
import { nearest } from '../core/text.ts';
import { defineTool, serviceInput, type Ops } from '../core/tool.ts';
import { graphParameters } from '../generate/graph-parameters.ts';
import { graphProblems, problemCodes, type Problem } from '../generate/graph-problems.ts';
import type { Graph } from '../generate/graph.ts';
import { pageClasses, pageGraph } from '../generate/page-graph.ts';
import { readWorkflow, type Workflow } from '../generate/read-workflow.ts';
import { withParameters } from '../generate/set-parameters.ts';
import { templates } from '../generate/templates.ts';
import { withModels } from '../generate/with-models.ts';
import { comfyuiClasses, type NodeClass } from '../probes/comfyui-classes.ts';
import { serverOf } from '../probes/model-server.ts';

const parameterSchema = z.object({ name: z.string(), at: z.array(z.string()), value: jsonSchema });
const data = z.object({
  workflows: z.array(z.object({ workflow: z.string(), from: z.string(), summary: z.string() })),
  parameters: z.array(parameterSchema),
  problems: z.array(
    z.object({
      code: z.enum([...problemCodes, 'unconvertible']),
      node: z.string().nullable(),
      input: z.string().nullable(),
      say: z.string(),
      near: z.string().optional(),
      folder: z.string().optional(),
    }),
  ),
  graph: z.string().optional().describe('Id under which the whole graph is kept'),
});
type Said = Report<z.input<typeof data>>;

export const comfyuiWorkflows = defineTool({
  name: 'comfyui_workflows',
  title: 'ComfyUI workflows',
  summary:
    'Lists templates and the workflows beside the fleet file, what can be set in one, and all that would keep an instance from running it: missing nodes and models, values out of range, broken links. Nothing is queued.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({
    workflow: z.string().optional().describe('A template or file; all are listed without'),
    node: z.string().optional().describe('Check it against an instance there'),
    service: serviceInput,
    set: z.array(z.string()).default([]).describe('name=value or node.input=value'),
  }),
  data,
  cli: { positional: ['workflow', 'node'] },
  async run({ workflow: name, node, service, set }, ops): Promise<Said> {
    if (name === undefined) return listed(ops);
    const workflow = workflowNamed(name, ops);
    if (workflow.is === 'none') throw new OpsError('USAGE', `${name}: ${workflow.say}`);
    if (node === undefined) return described(name, workflow, set);
    const [found, ...more] = ops.nodes([node]);
    if (found === undefined || more.length > 0) throw new OpsError('USAGE', `${node} is more than one node.`);
    return await checked({ name, workflow, set, node: found, service }, ops);
  },
});

const plain = { findings: [], notes: [], next: [] };
const nothing = { workflows: [], parameters: [], problems: [] };

function listed({ fleet }: Ops): Said {
  const workflows = [
    ...templates.map((each) => ({ workflow: each.name, from: 'rackhand', summary: each.summary })),
    ...fleet.workflows.map((file) => ({
      workflow: file.name,
      from: file.path,
      summary: 'trouble' in file ? `It can not be read: ${file.trouble}` : kindOf(readWorkflow(file.text)),
    })),
  ];
  const rows = workflows.map(({ workflow, from, summary }) => [workflow, from, summary]);
  return {
    ...plain,
    summary: `There are ${count(workflows.length, 'workflow')}.`,
    status: 'ok',
    data: { ...nothing, workflows },
    show: [{ kind: 'table', title: 'Workflows', columns: ['workflow', 'from', 'what it is'], rows }],
  };
}

function kindOf(workflow: Workflow): string {
  switch (workflow.is) {
    case 'graph':
      return `A graph of ${count(Object.keys(workflow.graph).length, 'node')}`;
    case 'page':
      return `Saved by the page of ComfyUI, ${count(workflow.page.nodes.length, 'node')}; converted for the instance that runs it`;
    default:
      return workflow.say;
  }
}

/** Errors: `USAGE` for a name that there is none of. */
function workflowNamed(name: string, { fleet }: Ops): Workflow {
  const file = fleet.workflows.find((each) => each.name === name);
  if (file !== undefined)
    return 'trouble' in file ? { is: 'none', say: `it can not be read: ${file.trouble}` } : readWorkflow(file.text);
  const template = templates.find((each) => each.name === name);
  if (template !== undefined) return { is: 'graph', graph: template.graph };
  const near = nearest(
    name,
    [...templates, ...fleet.workflows].map((each) => each.name),
  );
  throw new OpsError('USAGE', `No workflow is called ${JSON.stringify(name)}.`, {
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}rackhand comfyui workflows lists them.`,
  });
}

function described(name: string, workflow: Exclude<Workflow, { is: 'none' }>, set: readonly string[]): Said {
  const where = {
    say: 'To check it against an instance:',
    tool: 'comfyui_workflows',
    args: { workflow: name, node: '…' },
  };
  if (workflow.is === 'page')
    return { ...plain, summary: `${name}: ${kindOf(workflow)}.`, status: 'ok', next: [where], data: nothing, show: [] };
  const graph = withParameters(workflow.graph, set);
  return {
    ...plain,
    summary: `${name}: ${kindOf({ ...workflow, graph })}.`,
    status: 'ok',
    next: [where],
    ...shown(graph, []),
  };
}

interface Case {
  readonly name: string;
  readonly workflow: Exclude<Workflow, { is: 'none' }>;
  readonly set: readonly string[];
  readonly node: Node;
  readonly service: string | undefined;
}

async function checked({ name, workflow, set, node, service }: Case, ops: Ops): Promise<Said> {
  const instance = node.services.find(
    (each) => each.kind === 'comfyui' && (service === undefined || each.name === service),
  );
  const server = instance && serverOf(instance);
  if (instance === undefined || server === undefined)
    throw new OpsError(
      'USAGE',
      `${node.name} declares no ComfyUI${service === undefined ? '' : ` called ${service}`} with a health URL or port.`,
    );
  const look = await ops.look(node);
  const names = workflow.is === 'page' ? pageClasses(workflow.page) : classesOf(workflow.graph);
  const { fact } = await look.observe(comfyuiClasses, { ...server, names });
  const at = `${instance.name} of ${node.name}`;
  if (!fact.answered)
    return {
      ...plain,
      summary: `Whether ${at} could run ${name} is not known: ${fact.say}.`,
      status: 'unknown',
      notes: [...look.notes()],
      next: [{ say: 'See how it is:', tool: 'node_triage', args: { nodes: [node.name] } }],
      data: nothing,
      show: [],
    };
  const graph = graphIn(workflow, fact.classes, set);
  const problems = 'cannot' in graph ? unconvertible(graph.cannot) : graphProblems(graph.graph, fact.classes);
  const kept = 'graph' in graph ? ops.keep(node, `graph of ${name}`, JSON.stringify(graph.graph, null, 1)) : undefined;
  const summary =
    problems.length === 0
      ? `${at} can run ${name}.`
      : `${at} can not run ${name}: ${problems[0]?.say ?? ''}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ''}`;
  const rest = shown('graph' in graph ? graph.graph : {}, problems);
  return {
    ...plain,
    summary,
    status: problems.length === 0 ? 'ok' : 'critical',
    notes: [...look.notes()],
    data: { ...rest.data, ...(kept !== undefined && { graph: kept }) },
    show: rest.show,
  };
}

const classesOf = (graph: Graph): readonly string[] => [
  ...new Set(Object.values(graph).map((each) => each.class_type)),
];

function graphIn(workflow: Case['workflow'], classes: Readonly<Record<string, NodeClass>>, set: readonly string[]) {
  const told = workflow.is === 'page' ? pageGraph(workflow.page, classes) : { graph: workflow.graph };
  return 'cannot' in told ? told : { graph: withModels(withParameters(told.graph, set), classes) };
}

const unconvertible = (cannot: readonly string[]): Said['data']['problems'] =>
  cannot.map((say) => ({ code: 'unconvertible', node: null, input: null, say }));

function shown(graph: Graph, problems: readonly (Problem | Said['data']['problems'][number])[]) {
  const parameters = graphParameters(graph).map((each) => ({ ...each, at: [...each.at] }));
  const values = parameters.map(({ name, at, value }) => [name, JSON.stringify(value).slice(0, 80), at.join(', ')]);
  const wrong = problems.map(({ code, say }) => [code, say]);
  return {
    data: { ...nothing, parameters, problems: [...problems] },
    show: [
      ...(wrong.length === 0
        ? []
        : [{ kind: 'table' as const, title: 'What is wrong', columns: ['what', 'says'], rows: wrong }]),
      ...(values.length === 0
        ? []
        : [{ kind: 'table' as const, title: 'What can be set', columns: ['name', 'value', 'at'], rows: values }]),
    ],
  };
}
