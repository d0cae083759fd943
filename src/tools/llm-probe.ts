import { z } from 'zod';
import { count, durationText } from '../core/format.ts';
import { worst, type Finding } from '../core/report.ts';
import { clean } from '../core/text.ts';
import { defineTool, nodesInput, serviceInput, type MakeOps } from '../core/tool.ts';
import { isFailure, type Failure } from '../generate/failure.ts';
import { modelsNow } from '../generate/models-now.ts';
import { ollamaCompletion } from '../generate/ollama-chat.ts';
import { openaiCompletion } from '../generate/openai-chat.ts';
import { speedOf } from './llm-answer.ts';
import { asked, failureFinding, isFinding, serversOf, type At } from './llm-servers.ts';
import { isFast, median, slowFinding } from './llm-speed.ts';
import { placeText, spillFinding } from './llm-spill.ts';
import { placeOf, write } from './llm-write.ts';

const row = z.object({
  node: z.string(),
  service: z.string(),
  model: z.string(),
  firstSeconds: z.number().nullable().describe('Until one token came'),
  tokensPerSecond: z.number().nullable(),
  usualTokensPerSecond: z.number().nullable().describe('Median of earlier probes'),
  device: z.string().nullable(),
});
type Row = z.infer<typeof row>;

/** Fewer tell nothing of a speed. */
const fewestTokens = 8;

export const llmProbe = defineTool({
  name: 'llm_probe',
  title: 'Measure how fast models write',
  summary:
    'Has each loaded model write one token and then a short burst, and compares the speed with its own of before, which is kept here: a model at a tenth of its speed has fallen back to the CPU. Loads no model unless one is named.',
  effect: 'create',
  toolset: 'generate',
  input: z.object({
    nodes: nodesInput,
    service: serviceInput,
    model: z.string().optional().describe('This one, also if it has to be loaded'),
    tokens: z.int().min(fewestTokens).max(512).default(64).describe('Of the burst'),
    seconds: z.int().min(1).default(120).describe('Given up after'),
    anew: z.boolean().default(false).describe('Forget earlier speeds, as after other hardware'),
  }),
  data: z.object({ probes: z.array(row) }),
  cli: { positional: ['nodes'] },
  async run({ nodes, service, ...how }, ops) {
    const servers = serversOf(ops, nodes, service);
    const all = (await Promise.all(servers.map((at) => probedAt(ops, at, how)))).flat();
    const rows = all.flatMap((each) => each.row ?? []);
    const findings = all.flatMap((each) => each.findings);
    return {
      summary: `${count(rows.length, 'model')} of ${count(servers.length, 'model server')} wrote${findings[0] === undefined ? '' : `; ${findings[0].summary}`}.`,
      status:
        rows.length + findings.length === 0 ? 'not_applicable' : worst(['ok', ...findings.map(({ status }) => status)]),
      findings,
      next: findings.flatMap(({ next }) => next ?? []).slice(0, 5),
      notes: [...new Set(all.flatMap((each) => each.notes))],
      data: { probes: rows },
      show: [
        {
          kind: 'table',
          title: 'Speed',
          columns: ['node', 'model', 'first token', 'tokens/s', 'usual', 'device'],
          rows: rows.map((each) => [
            each.node,
            each.model,
            each.firstSeconds === null ? '' : durationText(each.firstSeconds),
            each.tokensPerSecond?.toFixed(1) ?? '',
            each.usualTokensPerSecond?.toFixed(1) ?? 'first time',
            each.device ?? '',
          ]),
        },
      ],
    };
  },
});

interface How {
  readonly model?: string | undefined;
  readonly tokens: number;
  readonly seconds: number;
  readonly anew: boolean;
}
interface Probed {
  readonly row?: Row;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** One model after the other: beside each other they would slow each other down. */
async function probedAt(ops: MakeOps, at: At, how: How): Promise<readonly Probed[]> {
  const answer = await asked(ops, at, async () => {
    const look = await ops.look(at.node);
    const steps = () => modelsNow(at.backend);
    const { fact } = await look.observe({ name: 'llm.models', summary: 'Models of a model server', steps }, undefined);
    const notes = look.notes();
    if (fact.failure !== null) return [{ findings: [failureFinding(at, 'llm.answer', fact.failure)], notes }];
    const loaded = fact.models.filter(({ isLoaded }) => isLoaded).map(({ model }) => model);
    if (how.model === undefined && loaded.length === 0)
      return [
        { findings: [], notes: [...notes, `${at.backend.service.name} on ${at.node.name} has no model loaded.`] },
      ];
    const probed: Probed[] = [];
    for (const model of how.model === undefined ? loaded : [how.model])
      probed.push({ ...(await measured(ops, at, model, how)), notes });
    return probed;
  });
  return isFinding(answer) ? [{ findings: [answer], notes: [] }] : answer;
}

async function measured(ops: MakeOps, at: At, model: string, how: How): Promise<Omit<Probed, 'notes'>> {
  const { tokens, seconds, anew } = how;
  ops.progress(`${model} on ${at.node.name} is measured`);
  const first = await burst(ops, at, { model, tokens: 1, seconds });
  if (isFailure(first)) return { findings: [failureFinding(at, 'llm.answer', first)] };
  const whole = await burst(ops, at, { model, tokens, seconds });
  if (isFailure(whole)) return { findings: [failureFinding(at, 'llm.answer', whole)] };
  const place = await placeOf(ops, at, model);
  const speed = (whole.written.tokens ?? 0) >= fewestTokens ? speedOf(whole) : null;
  const name = `tokensPerSecond ${at.node.name} ${at.backend.service.name} ${model}`;
  const usual = anew ? null : median(await ops.baselines.of(name));
  // What is slow must not become what is usual.
  if (speed !== null && isFast(speed, usual)) await ops.baselines.add(name, speed, { anew });
  const findings = [
    speed === null ? undefined : slowFinding(at, { model, speed, usual, place }),
    place === null ? undefined : spillFinding(at, model, place),
  ];
  return {
    row: {
      node: at.node.name,
      service: at.backend.service.name,
      model: clean(model),
      firstSeconds: first.firstSeconds ?? first.seconds,
      tokensPerSecond: speed,
      usualTokensPerSecond: usual,
      device: place === null ? null : placeText(place),
    },
    findings: findings.flatMap((finding) => finding ?? []),
  };
}

async function burst(
  ops: MakeOps,
  at: At,
  { model, tokens, seconds }: { model: string; tokens: number; seconds: number },
): Promise<Awaited<ReturnType<typeof write>> | Failure> {
  const wish = { model, messages: [], mostTokens: tokens, temperature: 0, seed: 1 };
  const complete = at.backend.api === 'ollama' ? ollamaCompletion : openaiCompletion;
  const request = complete('One, two, three, four, five,', wish);
  const answer = await write(ops, at, { action: 'llm.probe', request, seconds, idleSeconds: seconds });
  return answer.failure ?? answer;
}
