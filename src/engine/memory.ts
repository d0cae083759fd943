import type { Reply } from '../core/command.ts';
import type { Observed } from '../core/tool.ts';
import type { KnownFact, Mark } from './known-facts.ts';

export interface Answer {
  readonly reply: Reply;
  /** Of the observation. */
  readonly id: string;
  readonly mark: Mark;
}

/** What is remembered of a node between sweeps: answers that may be used again and the last samples. A reboot voids it. */
export function createMemory(now: () => number = Date.now) {
  const replies = new Map<string, { at: number; answer: Promise<Answer> }>();
  const samples = new Map<string, { at: number; observed: Observed<unknown> }>();
  const facts = new Map<string, KnownFact>();
  let boot: string | undefined;

  return {
    /** Facts by probe and input: probes are pure, so the same answers are the same fact, and nothing is parsed again. */
    facts,

    bootedAs(bootId: string): void {
      if (boot !== undefined && boot !== bootId) {
        replies.clear();
        samples.clear();
        facts.clear();
      }
      boot = bootId;
    },

    fresh(key: string, freshMs: number): Promise<Answer> | undefined {
      const known = replies.get(key);
      return known !== undefined && now() - known.at < freshMs ? known.answer : undefined;
    },

    keepFresh(key: string, answer: Promise<Answer>): void {
      replies.set(key, { at: now(), answer });
      answer.catch(() => replies.delete(key));
    },

    /** A sample between one and three spans old: a much older one says what was, not what goes on. */
    sample(key: string, apartMs: number): Observed<unknown> | undefined {
      const known = samples.get(key);
      if (known === undefined) return undefined;
      const age = now() - known.at;
      return age >= apartMs && age <= 3 * apartMs ? known.observed : undefined;
    },

    keepSample(key: string, observed: Observed<unknown>): void {
      samples.set(key, { at: now(), observed });
    },
  };
}

export type Memory = ReturnType<typeof createMemory>;
