import { createHash } from 'node:crypto';
import type { Command, Reply } from '../core/command.ts';

type Look = Command<'observe'>;

/** Equal for two replies in which a file says the same; every other reply has one of its own. */
export type Mark = string | symbol;

const slowMs = 1_000;

/** An HTTP answer or a program's output is always new, as is its time; of a file only what it says counts, unless it came slowly. */
export function markOf({ ask }: Look, reply: Reply): Mark {
  if (!('path' in ask) || reply.ms >= slowMs) return Symbol(ask.kind);
  if ('bytes' in reply)
    return `${reply.size} ${reply.offset} ${createHash('sha1').update(reply.bytes).digest('base64')}`;
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
