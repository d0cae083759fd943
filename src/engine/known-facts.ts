import { createHash } from 'node:crypto';
import type { Command, Reply } from '../core/command.ts';
import { remembered } from '../core/remembered.ts';

type Look = Command<'observe'>;

/** Equal for two replies in which a file says the same; every other reply has one of its own. */
export type Mark = string | symbol;

const shortBytes = 2_048;
/** A short text is its own: to digest it takes longer than to look at it. */
const digest = remembered((bytes: Uint8Array) =>
  bytes.length <= shortBytes
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    : createHash('sha1').update(bytes).digest('base64'),
);

const slowMs = 1_000;

/** An HTTP answer or a program's output is always new, as is its time; of a file what it says counts, unless it came slowly. */
export function markOf({ ask }: Look, reply: Reply): Mark {
  if (!('path' in ask) || reply.ms >= slowMs || ('errno' in reply && reply.errno === 'ETIMEDOUT'))
    return Symbol(ask.kind);
  if ('bytes' in reply) return `${reply.size} ${reply.offset} ${digest(reply.bytes)}`;
  const { at: _at, ms: _ms, ...rest } = reply;
  return JSON.stringify(rest);
}

/** What was asked at once, and by what marks the answers can be known again. */
export interface Round {
  readonly commands: readonly Look[];
  readonly marks: readonly Mark[];
}

export interface KnownFact {
  readonly rounds: readonly Round[];
  readonly fact: unknown;
}
