import { setTimeout as pause } from 'node:timers/promises';
import type { Need } from '../core/check.ts';
import { read, type Command, type Reply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Probe } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { Session } from '../core/session.ts';
import type { Observed } from '../core/tool.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Lanes } from './lanes.ts';
import { markOf, type Mark, type Round } from './known-facts.ts';
import type { Answer, Memory } from './memory.ts';
import { silence } from './silence.ts';
import { unpacked } from './unpack.ts';

/** One look at one node: what several checks want to know is asked once. */
export interface Sweep {
  observe<Input, Fact>(probe: Probe<Input, Fact>, input: Input): Promise<Observed<Fact>>;
  /** The fact that a check needs, or two samples of it. */
  need(wanted: Need<unknown>): Promise<Observed<unknown>>;
  /** Begins `work` when it is the turn of this look: what all looks at a fleet ask first would lie in memory together. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

interface SweepOptions {
  readonly node: string;
  readonly session: Session;
  readonly memory: Memory;
  readonly evidence: EvidenceStore;
  readonly lanes: Lanes;
  readonly signal: AbortSignal;
  /** For all that is asked in it; without end where it is left out. */
  readonly withinMs?: number | undefined;
  onWait(ms: number): void;
}

type Look = Command<'observe'>;

const keyOf = remembered(({ ask, become, silence }: Look): string => JSON.stringify([ask, become, silence]));
const factKeyOf = remembered(({ probe, input }: Need<unknown>): string => `${probe} ${JSON.stringify(input)}`);
const bootIdFile = read('/proc/sys/kernel/random/boot_id', { bytes: 64 });

export function createSweep({ node, session, memory, evidence, lanes, signal, withinMs, onWait }: SweepOptions): Sweep {
  const answers = new Map<string, Promise<Answer>>();
  const facts = new Map<string, Promise<Observed<unknown>>>();
  const inLane = lanes.join();
  const end = performance.now() + (withinMs ?? Number.POSITIVE_INFINITY);
  const leftMs = () => Math.max(1, end - performance.now());
  const hurried = (command: Look): Look =>
    withinMs === undefined ? command : { ...command, deadlineMs: Math.min(command.deadlineMs, leftMs()) };
  let bootId = 'unknown';

  async function put(probe: string, command: Look): Promise<Answer> {
    const start = performance.now();
    const said = await inLane(() => session.ask(hurried(command), signal)).catch((thrown: unknown) =>
      silence(command, thrown, start),
    );
    const reply = 'unpack' in command.ask ? await unpacked(command.ask, said) : said;
    const id = evidence.record({ node, bootId, probe, ask: command.ask, reply });
    return { reply, id, mark: markOf(command, reply) };
  }

  function answer(probe: string, command: Look): Promise<Answer> {
    if (command.freshMs < 0) return put(probe, command);
    const key = keyOf(command);
    const fresh = memory.fresh(key, command.freshMs);
    if (fresh !== undefined) return fresh;
    const asked = answers.get(key) ?? put(probe, command);
    answers.set(key, asked);
    if (command.freshMs > 0) memory.keepFresh(key, asked);
    return asked;
  }

  const booted = answer('engine', bootIdFile).then(({ reply }) => {
    bootId = 'bytes' in reply ? (fileTextIfAny(reply)?.trim() ?? 'unknown') : 'unknown';
    memory.bootedAs(bootId);
  });
  // Who needs the boot id awaits it; nobody else fails by it.
  booted.catch(() => undefined);

  type Ask = typeof answer;

  async function round(
    probe: string,
    commands: readonly Look[],
    ids: Set<string>,
    ask: Ask,
  ): Promise<readonly Answer[]> {
    const answered = await Promise.all(commands.map((command) => ask(probe, command)));
    for (const { id } of answered) ids.add(id);
    return answered;
  }

  async function observe<Input, Fact>(probe: Probe<Input, Fact>, input: Input): Promise<Observed<Fact>> {
    const ids = new Set<string>();
    const asking = probe.steps(input);
    let turn = asking.next();
    while (turn.done !== true) turn = asking.next(repliesOf(await round(probe.name, turn.value, ids, answer)));
    return { fact: turn.value, evidence: [...ids] };
  }

  /** The questions of the last time first: while the answers are the same, so are the questions, and in the end the fact. */
  async function ask({ probe, steps }: Need<unknown>, key: string, put: Ask): Promise<Observed<unknown>> {
    const known = memory.facts.get(key);
    const ids = new Set<string>();
    const rounds: Round[] = [];
    const given: (readonly Reply[])[] = [];
    const askNext = async (commands: readonly Look[]): Promise<readonly Mark[]> => {
      const answered = await round(probe, commands, ids, put);
      const marks = answered.map(({ mark }) => mark);
      rounds.push({ commands, marks });
      given.push(repliesOf(answered));
      return marks;
    };
    for (const { commands, marks: before } of known?.rounds ?? []) {
      const marks = await askNext(commands);
      if (marks.some((mark, index) => mark !== before[index])) break;
      if (rounds.length === known?.rounds.length) return { fact: known.fact, evidence: [...ids] };
    }
    const asking = steps();
    let turn = asking.next();
    for (const replies of given) turn = asking.next(replies);
    while (turn.done !== true) {
      await askNext(turn.value);
      turn = asking.next(given.at(-1) ?? []);
    }
    memory.facts.set(key, { rounds, fact: turn.value });
    return { fact: turn.value, evidence: [...ids] };
  }

  function once(wanted: Need<unknown>, key: string): Promise<Observed<unknown>> {
    const known = facts.get(key);
    if (known !== undefined) return known;
    const asked = ask(wanted, key, answer);
    facts.set(key, asked);
    return asked;
  }

  async function need(wanted: Need<unknown>): Promise<Observed<unknown>> {
    const { sampling } = wanted;
    const key = factKeyOf(wanted);
    const first = await once(wanted, key);
    if (sampling === null) return first;
    await booted;
    const earlier = memory.sample(key, sampling.apartMs);
    memory.keepSample(key, first);
    if (sampling.settled(first.fact)) return { fact: [first.fact], evidence: first.evidence };
    if (earlier !== undefined) return pair(earlier, first);
    if (sampling.oneTells && sampling.apartMs >= leftMs()) return { fact: [first.fact], evidence: first.evidence };
    const again = `${key} again after ${sampling.apartMs}`;
    const second = facts.get(again) ?? later(wanted, key, sampling.apartMs);
    facts.set(again, second);
    const latest = await second;
    memory.keepSample(key, latest);
    return pair(first, latest);
  }

  async function later(wanted: Need<unknown>, key: string, ms: number): Promise<Observed<unknown>> {
    if (ms >= leftMs())
      throw new OpsError('DEADLINE', `it takes two looks ${ms / 1_000} s apart, and there is no time for that.`);
    onWait(ms);
    await pause(ms, undefined, { signal }).catch((cause: unknown) => {
      throw new OpsError('CANCELLED', 'Cancelled while waiting for a second sample.', { cause });
    });
    return ask(wanted, key, put);
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    // Its questions stand in line before it leaves the lane to the next look; an array, for a promise would be awaited in it.
    const [begun] = await inLane(async () => [work()]);
    return begun;
  }

  return { observe, need, inTurn };
}

const repliesOf = (answered: readonly Answer[]): readonly Reply[] => answered.map(({ reply }) => reply);

const pair = (first: Observed<unknown>, second: Observed<unknown>): Observed<unknown> => ({
  fact: [first.fact, second.fact],
  evidence: [...new Set([...first.evidence, ...second.evidence])],
});
