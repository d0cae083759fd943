import { z } from 'zod';
import { comfyuiAcceptSchema, type ComfyuiAccept } from '../core/comfyui-accept.ts';
import { declaredService } from '../core/declared-service.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Report, Status } from '../core/report.ts';
import type { Service } from '../core/service.ts';
import { defineTool, nodeInput, serviceInput, type MakeOps, type NodeLook, type Ops } from '../core/tool.ts';
import { comfyuiApi } from '../probes/comfyui-api.ts';
import { comfyuiClasses } from '../probes/comfyui-classes.ts';
import type { ComfyuiDrawn } from '../probes/comfyui-drawn.ts';
import { comfyuiPicture, type ComfyuiPicture } from '../probes/comfyui-picture.ts';
import { serverOf } from '../probes/model-server.ts';
import { drawn, type Place } from './accept-draw.ts';
import { drawnLines, lookedLines, outcomes, undrawnLines, type AcceptLine, type Looked } from './accept-lines.ts';
import { checksOf } from './comfyui-levels.ts';
import { comfyuiWorkflows } from './comfyui-workflows.ts';
import { oneNode } from './declared.ts';

const data = z.object({
  lines: z.array(z.object({ line: z.string(), is: z.enum(outcomes), says: z.string() })),
  gpu: z
    .array(z.object({ utilizationPercent: z.number(), usedBytes: z.number() }))
    .describe('Looks at the GPU while it drew, half a second apart or more'),
});
type Said = Report<z.input<typeof data>>;

/**
 * A tool and no playbook: a playbook judges by checks, before and after what it does, and here figures are taken while a
 * picture is drawn, and held against limits of the fleet file.
 */
export const comfyuiAccept = defineTool({
  name: 'comfyui_accept',
  title: 'Accept a ComfyUI',
  summary:
    'Holds one ComfyUI instance against the limits under comfyui.accept: release, model and its size, templates, API, GPU. Where it is idle, it then draws a picture into its temporary folder, and seconds, GPU use, memory and the file are measured. Each line is pass, fail, or not measurable here with the reason.',
  effect: 'create',
  toolset: 'generate',
  input: z.object({
    node: nodeInput,
    service: serviceInput,
    draw: z.boolean().default(true).describe('false: only look, and draw nothing'),
  }),
  data,
  cli: { positional: ['node', 'service'] },
  async run({ node: name, service: instance, draw }, ops): Promise<Said> {
    const node = oneNode(ops, name);
    const service = instanceOf(node, instance);
    const server = serverOf(service);
    if (server === undefined) throw new OpsError('USAGE', `Where ${service.name} answers is not declared.`);
    const place = { node, service, server };
    const accept = node.comfyui?.accept ?? comfyuiAcceptSchema.parse({});
    const look = await ops.look(node);
    const looked = await lookedAt(place, accept, ops);
    const why = draw ? whyNot(looked.api) : 'It was asked not to draw.';
    const trial = why === undefined ? await tried(place, accept, ops) : undefined;
    const lines = [
      ...lookedLines(accept, looked),
      ...(trial === undefined ? undrawnLines(why ?? '') : drawnLines(accept, trial)),
    ];
    return told(lines, [...(trial?.gpu.samples ?? [])], `${service.name} of ${node.name}`, look);
  },
});

/** Errors: `USAGE` where a node has none, or several and none is named; `UNKNOWN_SERVICE`. */
function instanceOf(node: Node, name: string | undefined): Service {
  if (name !== undefined) return declaredService(node, name);
  const [first, ...more] = node.services.filter(({ kind }) => kind === 'comfyui');
  if (first !== undefined && more.length === 0) return first;
  const has = first === undefined ? 'no ComfyUI' : `${more.length + 1} instances of ComfyUI`;
  throw new OpsError('USAGE', `${node.name} declares ${has}: name the service.`);
}

async function lookedAt({ node, service, server }: Place, accept: ComfyuiAccept, ops: Ops): Promise<Looked> {
  const own = { ...node, services: node.services.filter(({ name }) => name === service.name) };
  const look = await ops.look(own);
  const loader = 'CheckpointLoaderSimple';
  const templates = accept.templates.map(async (workflow) => {
    const input = { workflow, node: node.name, service: service.name, set: [] };
    const { status, summary } = await comfyuiWorkflows.run(input, ops);
    return { name: workflow, status, says: summary };
  });
  const [findings, api, known] = await Promise.all([
    look.survey([...checksOf.installation, ...checksOf.models]),
    look.observe(comfyuiApi, server),
    look.observe(comfyuiClasses, { ...server, names: [loader] }),
  ]);
  const inputs = known.fact.answered ? (known.fact.classes[loader]?.inputs ?? []) : [];
  const listed = inputs.find(({ name }) => name === 'ckpt_name')?.options ?? null;
  return { findings, api: api.fact, listed, templates: await Promise.all(templates) };
}

/** What is measured beside the work of others is theirs as well. */
function whyNot(api: Looked['api']): string | undefined {
  if (api.says !== 'stats') return 'It does not answer.';
  if (api.queue === null) return 'It does not say whether it is at work.';
  const { running, waiting } = api.queue;
  return running === null && waiting === 0
    ? undefined
    : 'It is at work for others: what is measured would be theirs as well.';
}

/** Draws with a model twice: the first picture has it loaded, and only the second is measured. */
async function tried(place: Place, accept: ComfyuiAccept, ops: MakeOps) {
  const { model, width, height, steps } = accept;
  const trial = { model, width, height, steps };
  const first = model === undefined ? undefined : await drawn(place, { ...trial, steps: 1 }, ops);
  const wellLoaded = first === undefined || first.drawn.is === 'drawn';
  const { drawn: result, ...gpu } = wellLoaded ? await drawn(place, trial, ops) : first;
  return { drawn: result, gpu, picture: await pictureOf(place.node, result, ops) };
}

async function pictureOf(node: Node, result: ComfyuiDrawn, ops: Ops): Promise<ComfyuiPicture | null> {
  const { comfyui, become } = node;
  const [first] = result.is === 'drawn' ? result.pictures : [];
  if (first === undefined) return null;
  if (comfyui === undefined) return { is: 'unread', errno: 'comfyui.path is not declared' };
  const path = [comfyui.path, first.type, first.subfolder, first.filename].filter(Boolean).join('/');
  return (await (await ops.look(node)).observe(comfyuiPicture, { path, become })).fact;
}

function told(lines: readonly AcceptLine[], gpu: z.infer<typeof data>['gpu'], name: string, look: NodeLook): Said {
  const many = (is: AcceptLine['is']) => lines.filter((each) => each.is === is).length;
  const status: Status = many('fail') > 0 ? 'critical' : many('pass') === lines.length ? 'ok' : 'unknown';
  const first = lines.find(({ is }) => is === 'fail') ?? lines.find(({ is }) => is !== 'pass');
  const counts = `${many('pass')} of ${lines.length} pass, ${many('fail')} fail, ${many('not measurable here')} are not measurable here`;
  return {
    summary: `${name} is ${status === 'ok' ? '' : 'not '}accepted: ${counts}.${first === undefined ? '' : ` First: ${first.line}: ${first.says}`}`,
    status,
    findings: [],
    next: [],
    notes: [...look.notes()],
    data: { lines: [...lines], gpu },
    show: [
      {
        kind: 'table',
        title: `Acceptance of ${name}`,
        columns: ['', 'what', 'it says'],
        rows: lines.map(({ line, is, says }) => [is, line, says]),
      },
    ],
  };
}
