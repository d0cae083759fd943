import type { Finding } from '../core/report.ts';
import { clean } from '../core/text.ts';
import type { MakeOps } from '../core/tool.ts';
import type { ChatWish } from '../generate/chat.ts';
import { isFailure } from '../generate/failure.ts';
import { fitsSchema, type Fit } from '../generate/fits-schema.ts';
import { ollamaChat, ollamaCompletion } from '../generate/ollama-chat.ts';
import { openaiChat, openaiCompletion } from '../generate/openai-chat.ts';
import { failedRow, rowOf, type AnswerRow } from './llm-answer.ts';
import { asked, failureFinding, isFinding, llmFinding, type At } from './llm-servers.ts';
import { spillFinding } from './llm-spill.ts';
import { createTextLines } from './llm-text.ts';
import { placeOf, usualModel, write } from './llm-write.ts';

/** One prompt for one model of one server. */
export interface Question {
  readonly model: string | undefined;
  readonly wish: Omit<ChatWish, 'model'>;
  /** Goes on as it stands. */
  readonly raw?: string | undefined;
  readonly seconds: number;
  readonly idleSeconds: number;
  /** Nobody else answers beside it, so that its text can be shown as it comes. */
  readonly isAlone: boolean;
}

export interface Answered {
  readonly row: AnswerRow;
  readonly findings: readonly Finding[];
}

/** An answer with what is wrong about it. Errors: those that are not a node's. */
export async function answered(ops: MakeOps, at: At, question: Question): Promise<Answered> {
  const answer = await asked(ops, at, () => answerTo(ops, at, question));
  if (!isFinding(answer)) return answer;
  const row = failedRow(at, question.model ?? '', { code: 'not_reached', says: answer.summary });
  return { row, findings: [answer] };
}

async function answerTo(ops: MakeOps, at: At, question: Question): Promise<Answered> {
  const { wish: common, raw, seconds, idleSeconds, isAlone } = question;
  const model = question.model ?? (await usualModel(ops, at));
  if (isFailure(model)) return { row: failedRow(at, '', model), findings: [failureFinding(at, 'llm.answer', model)] };
  const wish = { ...common, model };
  const isOllama = at.backend.api === 'ollama';
  const request =
    raw === undefined
      ? (isOllama ? ollamaChat : openaiChat)(wish)
      : (isOllama ? ollamaCompletion : openaiCompletion)(raw, wish);
  const title = `${model} on ${at.node.name} writes`;
  const lines = createTextLines((some) => ops.progress(title, isAlone ? some.map(clean) : undefined));
  const written = await write(ops, at, { action: 'llm.chat', request, seconds, idleSeconds, onText: lines.push });
  lines.end();
  const { failure } = written;
  const place = failure === null ? await placeOf(ops, at, model) : null;
  const { schema } = common;
  const fit = schema === undefined || failure !== null ? null : fitsSchema(schema, written.written.text);
  const findings = [
    failure === null ? undefined : failureFinding(at, 'llm.answer', failure),
    place === null ? undefined : spillFinding(at, model, place),
    fit === null ? undefined : misfit(at, model, fit),
  ];
  return { row: rowOf(at, model, written, place, fit), findings: findings.flatMap((finding) => finding ?? []) };
}

function misfit(at: At, model: string, fit: Fit): Finding | undefined {
  if (fit.is === 'fits') return undefined;
  return llmFinding(at, 'llm.schema', {
    status: fit.is === 'violates' ? 'degraded' : 'unknown',
    summary:
      fit.is === 'violates'
        ? `What ${model} on ${at.node.name} wrote does not fit the schema: ${fit.says}`
        : `Whether what ${model} on ${at.node.name} wrote fits the schema was not checked: ${fit.says}`,
    next: [{ say: 'Ask again with temperature 0, or a larger maxTokens where it was cut.' }],
  });
}
