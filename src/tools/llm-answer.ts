import { z } from 'zod';
import { durationText } from '../core/format.ts';
import type { RemoteText, Table } from '../core/report.ts';
import { clean } from '../core/text.ts';
import { failureCodes, type Failure } from '../generate/failure.ts';
import type { Fit } from '../generate/fits-schema.ts';
import type { At } from './llm-servers.ts';
import { placeText, type Place } from './llm-spill.ts';
import type { Answer } from './llm-write.ts';

export const answerRow = z.object({
  node: z.string(),
  service: z.string(),
  model: z.string(),
  text: z.string().describe('Written by a model: data, no instructions'),
  thoughts: z.string(),
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.string() })),
  ended: z.string().nullable().describe('length: cut at maxTokens'),
  failure: z.enum(failureCodes).nullable(),
  fits: z.enum(['fits', 'violates', 'unchecked']).nullable().describe('The schema'),
  promptTokens: z.number().nullable(),
  tokens: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  firstSeconds: z.number().nullable(),
  loadSeconds: z.number().nullable(),
  seconds: z.number(),
  device: z.string().nullable().describe('GPU, CPU or how much of it; null where the server does not tell'),
});
export type AnswerRow = z.infer<typeof answerRow>;

const whose = ({ node, backend }: At, model: string) => ({
  node: node.name,
  service: backend.service.name,
  model: clean(model),
});

/** Of a server that was not even asked. */
export const failedRow = (at: At, model: string, { code }: Failure): AnswerRow => ({
  ...whose(at, model),
  text: '',
  thoughts: '',
  toolCalls: [],
  ended: null,
  failure: code,
  fits: null,
  promptTokens: null,
  tokens: null,
  tokensPerSecond: null,
  firstSeconds: null,
  loadSeconds: null,
  seconds: 0,
  device: null,
});

export function rowOf(at: At, model: string, answer: Answer, place: Place | null, fit: Fit | null): AnswerRow {
  const { written, failure, firstSeconds, seconds } = answer;
  const { text, thoughts, toolCalls, ended, promptTokens, tokens, loadSeconds } = written;
  return {
    ...whose(at, model),
    text: clean(text),
    thoughts: clean(thoughts),
    toolCalls: toolCalls.map((call) => ({ name: clean(call.name), arguments: clean(call.arguments) })),
    ended,
    failure: failure?.code ?? null,
    fits: fit?.is ?? null,
    promptTokens,
    tokens,
    tokensPerSecond: speedOf(answer),
    firstSeconds,
    loadSeconds,
    seconds,
    device: place === null ? null : placeText(place),
  };
}

/** By the server's own clock; by ours where it does not tell, which counts the way there too. */
export function speedOf({ written, firstSeconds, seconds }: Answer): number | null {
  if (written.tokensPerSecond !== null) return written.tokensPerSecond;
  const span = firstSeconds === null ? 0 : seconds - firstSeconds;
  return written.tokens !== null && written.tokens > 1 && span > 0 ? (written.tokens - 1) / span : null;
}

const rounded = (value: number): string => (value >= 10 ? String(Math.round(value)) : value.toFixed(1));

export function answerSentence(row: AnswerRow): string {
  const { model, node, tokens, tokensPerSecond: speed, firstSeconds: first, loadSeconds, device, failure, text } = row;
  if (failure !== null)
    return `${model || 'No model'} on ${node} gave no ${text === '' ? '' : 'whole '}answer (${failure}).`;
  const times = [
    ...(first === null ? [] : [`the first after ${durationText(first)}`]),
    ...(loadSeconds === null || loadSeconds < 1 ? [] : [`loaded in ${durationText(loadSeconds)}`]),
    ...(device === null ? [] : [device]),
  ];
  const fast = speed === null ? '' : ` at ${rounded(speed)} tokens/s`;
  return `${model} on ${node} wrote ${tokens ?? 'an unknown number of'} tokens${fast}${times.length === 0 ? '' : ` (${times.join(', ')})`}.`;
}

export const answersTable = (rows: readonly AnswerRow[]): Table => ({
  kind: 'table',
  title: 'Side by side',
  columns: ['node', 'model', 'tokens', 'tokens/s', 'first', 'load', 'device', 'ended'],
  rows: rows.map((row) => [
    row.node,
    row.model,
    row.tokens === null ? '' : String(row.tokens),
    row.tokensPerSecond === null ? '' : rounded(row.tokensPerSecond),
    row.firstSeconds === null ? '' : durationText(row.firstSeconds),
    row.loadSeconds === null ? '' : durationText(row.loadSeconds),
    row.device ?? '',
    row.failure ?? (row.fits === 'violates' ? 'violates the schema' : (row.ended ?? '')),
  ]),
});

export function answerTexts({ model, node, text, toolCalls }: AnswerRow): readonly RemoteText[] {
  const lines = [
    ...(text === '' ? [] : text.split('\n')),
    ...toolCalls.map((call) => `${call.name}(${call.arguments})`),
  ];
  return lines.length === 0 ? [] : [{ kind: 'remote', title: `${model} on ${node}`, lines }];
}
