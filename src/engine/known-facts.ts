import type { Command, FileAsk, Reply } from '../core/command.ts';

type Look = Command<'observe'>;

/** What was asked at once, and answered. */
export interface Round {
  readonly commands: readonly Look[];
  readonly replies: readonly Reply[];
}

interface KnownFact {
  readonly rounds: readonly Round[];
  readonly fact: unknown;
}

const isFileAsk = (ask: Look['ask']): ask is FileAsk => 'path' in ask;

/**
 * Remembers what files said and what was made of it.
 *
 * Probes are pure: the same replies are the same fact, so nothing is parsed again that has not changed. Only what files
 * say is compared; an HTTP answer or a program's output is always new, as is its time.
 */
export function createKnownFacts() {
  const replies = new Map<string, Reply>();
  const facts = new Map<string, KnownFact>();
  return {
    /** The earlier reply, where a file says the same again. */
    settle<R extends Reply>(key: string, { ask }: Look, reply: R): R {
      if (!isFileAsk(ask)) return reply;
      const earlier = replies.get(key);
      if (earlier !== undefined && isSame(earlier, reply)) return earlier;
      replies.set(key, reply);
      return reply;
    },
    of: (key: string): KnownFact | undefined => facts.get(key),
    keep: (key: string, fact: KnownFact): void => void facts.set(key, fact),
    forget(): void {
      replies.clear();
      facts.clear();
    },
  };
}

function isSame<R extends Reply>(earlier: Reply, now: R): earlier is R {
  if ('bytes' in earlier && 'bytes' in now) {
    return earlier.size === now.size && earlier.offset === now.offset && Buffer.compare(earlier.bytes, now.bytes) === 0;
  }
  return content(earlier) === content(now);
}

const content = ({ at: _at, ms: _ms, ...rest }: Reply): string => JSON.stringify(rest);
