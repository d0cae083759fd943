import { setTimeout as pause } from 'node:timers/promises';
import type { Need } from '../core/check.ts';
import { read, type Ask, type Command, type Reply, type ReplyOf } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Asking, Probe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { Session } from '../core/session.ts';
import type { Observed } from '../core/tool.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Memory } from './memory.ts';

/** One look at one node: what several checks want to know is asked once. */
export interface Sweep {
  observe<Input, Fact>(probe: Probe<Input, Fact>, input: Input): Promise<Observed<Fact>>;
  /** The fact that a check needs, or two samples of it. */
  need(wanted: Need<unknown>): Promise<Observed<unknown>>;
}

interface SweepOptions {
  readonly node: string;
  readonly session: Session;
  readonly memory: Memory;
  readonly evidence: EvidenceStore;
  readonly signal: AbortSignal;
  onWait(ms: number): void;
}

interface Answer<R extends Reply = Reply> {
  readonly reply: R;
  readonly id: string;
}

const bootIdFile = read('/proc/sys/kernel/random/boot_id', { bytes: 64 });

export function createSweep({ node, session, memory, evidence, signal, onWait }: SweepOptions): Sweep {
  const answers = new Map<string, Promise<Answer>>();
  const facts = new Map<string, Promise<Observed<unknown>>>();
  let bootId = 'unknown';

  async function put<A extends Ask>(probe: string, command: Command<'observe', A>): Promise<Answer<ReplyOf<A>>> {
    const reply = await session.ask(command, signal);
    return { reply, id: evidence.record({ node, bootId, probe, ask: command.ask, reply }) };
  }

  function answer(probe: string, command: Command<'observe'>): Promise<Answer> {
    const key = JSON.stringify([command.ask, command.become]);
    const known = answers.get(key) ?? memory.fresh(key, command.freshMs);
    if (known !== undefined) return known;
    const asked = put(probe, command);
    answers.set(key, asked);
    if (command.freshMs > 0) memory.keepFresh(key, asked);
    return asked;
  }

  const booted = put('engine', bootIdFile).then(({ reply }) => {
    bootId = fileTextIfAny(reply)?.trim() ?? 'unknown';
    memory.bootedAs(bootId);
  });
  // Who needs the boot id awaits it; nobody else fails by it.
  booted.catch(() => undefined);

  async function drive<Fact>(probe: string, asking: Asking<Fact>, ask: typeof answer): Promise<Observed<Fact>> {
    const ids = new Set<string>();
    let turn = asking.next();
    while (turn.done !== true) {
      const round = await Promise.all(turn.value.map((command) => ask(probe, command)));
      for (const { id } of round) ids.add(id);
      turn = asking.next(round.map(({ reply }) => reply));
    }
    return { fact: turn.value, evidence: [...ids] };
  }

  function observe<Input, Fact>(probe: Probe<Input, Fact>, input: Input): Promise<Observed<Fact>> {
    return drive(probe.name, probe.steps(input), answer);
  }

  function once(wanted: Need<unknown>, key: string): Promise<Observed<unknown>> {
    const known = facts.get(key);
    if (known !== undefined) return known;
    const asked = drive(wanted.probe, wanted.steps(), answer);
    facts.set(key, asked);
    return asked;
  }

  async function need(wanted: Need<unknown>): Promise<Observed<unknown>> {
    const { probe, input, sampling } = wanted;
    const key = `${probe} ${JSON.stringify(input)}`;
    const first = await once(wanted, key);
    if (sampling === null) return first;
    await booted;
    const earlier = memory.sample(key, sampling.apartMs);
    memory.keepSample(key, first);
    if (sampling.settled(first.fact)) return { fact: [first.fact], evidence: first.evidence };
    if (earlier !== undefined) return pair(earlier, first);
    const again = `${key} again after ${sampling.apartMs}`;
    const second = facts.get(again) ?? later(wanted, sampling.apartMs);
    facts.set(again, second);
    const latest = await second;
    memory.keepSample(key, latest);
    return pair(first, latest);
  }

  async function later({ probe, steps }: Need<unknown>, ms: number): Promise<Observed<unknown>> {
    onWait(ms);
    await pause(ms, undefined, { signal }).catch((cause: unknown) => {
      throw new OpsError('CANCELLED', 'Cancelled while waiting for a second sample.', { cause });
    });
    return drive(probe, steps(), put);
  }

  return { observe, need };
}

const pair = (first: Observed<unknown>, second: Observed<unknown>): Observed<unknown> => ({
  fact: [first.fact, second.fact],
  evidence: [...new Set([...first.evidence, ...second.evidence])],
});
