import { captured } from '../core/capture.ts';
import { http, type HttpAnswer, type HttpTrouble, type HttpTroubleReason } from '../core/command.ts';
import { defineProbe } from '../core/probe.ts';
import { clean } from '../core/text.ts';

export type Scalar = string | number | boolean | null;

/** What a health URL answered. The body is read whatever the status: a 503 says in it which part is down. */
export type HealthAnswer =
  | {
      readonly answered: true;
      readonly status: number;
      readonly ms: number;
      /** The scalar fields of a JSON body, nested ones as `a.b`; null where the body is not JSON. */
      readonly fields: Readonly<Record<string, Scalar>> | null;
      /** Beginning of the body, cleaned, in one line. */
      readonly excerpt: string;
    }
  | {
      readonly answered: false;
      readonly reason: HttpTroubleReason;
      readonly message: string;
      readonly ms: number;
    };

export interface HealthInput {
  readonly url: string;
  readonly from: 'node' | 'here';
  readonly headers: Readonly<Record<string, string>>;
}

const mostFields = 200;

export const health = defineProbe({
  name: 'service.health',
  summary: 'What a health URL answers, body included',
  command: ({ url, from, headers }: HealthInput) => http(url, { from, headers, bytes: 65_536, deadlineMs: 5_000 }),
  parse: (reply: HttpAnswer | HttpTrouble): HealthAnswer => {
    if (!reply.ok) return { answered: false, reason: reply.reason, message: clean(reply.message), ms: reply.ms };
    const body = captured(reply.body);
    return {
      answered: true,
      status: reply.status,
      ms: reply.ms,
      fields: fieldsOf(body),
      excerpt: clean(body).replace(/\s+/g, ' ').trim().slice(0, 200),
    };
  },
});

function fieldsOf(body: string): Readonly<Record<string, Scalar>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? Object.fromEntries(flat(value).slice(0, mostFields)) : null;
  } catch {
    return null;
  }
}

function flat(value: object, prefix = '', depth = 0): (readonly [string, Scalar])[] {
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    const path = clean(prefix + key);
    if (typeof item === 'string') return [[path, clean(item)] as const];
    if (typeof item === 'number' || typeof item === 'boolean' || item === null) return [[path, item] as const];
    // Deeper than any health answer: what nests further is not looked at, so that a hostile body can't exhaust the stack.
    return typeof item === 'object' && depth < 8 ? flat(item, `${path}.`, depth + 1) : [];
  });
}
