import { http, type HttpAnswer, type HttpTrouble, type HttpTroubleReason } from '../core/command.ts';
import { defineProbe } from '../core/probe.ts';
import { clean } from '../core/text.ts';

export type Reached =
  | { readonly reached: true; readonly status: number; readonly ms: number }
  | { readonly reached: false; readonly reason: HttpTroubleReason; readonly message: string; readonly ms: number };

export const egress = defineProbe({
  name: 'net.egress',
  summary: 'Whether a URL answers the node at all, whatever it answers',
  command: ({ url }: { readonly url: string }) => http(url, { bytes: 1024, deadlineMs: 10_000 }),
  parse: (reply: HttpAnswer | HttpTrouble): Reached =>
    reply.ok
      ? { reached: true, status: reply.status, ms: Math.round(reply.ms) }
      : { reached: false, reason: reply.reason, message: clean(reply.message), ms: Math.round(reply.ms) },
});
