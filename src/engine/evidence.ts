import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { capture, captured, type Capture } from '../core/capture.ts';
import type { Ask, Reply } from '../core/command.ts';
import { remembered } from '../core/remembered.ts';
import { clean, redact } from '../core/text.ts';
import { askWords } from './ask-words.ts';
import { parsed } from './plans.ts';
import { stateFailed } from './whole-file.ts';

/** What a node answered to one command. */
export interface Observation {
  readonly node: string;
  readonly bootId: string;
  readonly probe: string;
  readonly ask: Ask;
  readonly reply: Reply;
}

const evidenceSchema = z.object({ id: z.string(), title: z.string(), text: z.string() });
type Evidence = z.infer<typeof evidenceSchema>;

const keptBytes = 32 * 1024 ** 2;
const keptFiles = 100;
/** Of texts that reports left out, a run writes no more than this: a server that runs for days keeps the rest in memory. */
const writtenTextBytes = 16 * 1024 ** 2;
const headBytes = 2_048;
const tailBytes = 14_336;

/** Keeps observations and texts by id: the newest 32 MiB in memory, those that a report rests on also in `folder`. */
export function createEvidence(folder: string, secrets: () => readonly string[]) {
  // The prefix tells runs apart, and names the file that an id is found in later.
  const run = `${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;
  const held = createNewest(keptBytes);
  let count = 0;
  let unwritten: { readonly id: string; readonly bytes: number }[] = [];
  let roomBytes = writtenTextBytes;

  const hold = (bytes: number, show: (id: string) => Evidence): string => {
    count += 1;
    const id = `${run}-${count}`;
    held.add({ id, bytes, show });
    return id;
  };

  return {
    record(observation: Observation): string {
      const kept = { ...observation, reply: excerpt(withoutHidden(observation)) };
      return hold(sizeOf(kept.reply), (id) => ({ id, ...shown(kept, secrets()) }));
    },

    keep(node: string, title: string, text: string): string {
      const safe = redact(text, secrets());
      const id = hold(safe.length, (own) => ({ id: own, title: `${node}: ${title}`, text: safe }));
      unwritten.push({ id, bytes: safe.length });
      return id;
    },

    recent: () => held.last(50).map(({ id, show }) => ({ id, title: show(id).title })),

    async find(id: string): Promise<Evidence | undefined> {
      const inMemory = held.get(id)?.show(id);
      if (inMemory !== undefined || !/^[a-z0-9]+-\d+$/.test(id)) return inMemory;
      const lines = await readFile(join(folder, `${id.split('-')[0]}.jsonl`), 'utf8').catch(() => '');
      return (
        lines
          .split('\n')
          // A full disk may have torn one.
          .flatMap((line) => parsed(evidenceSchema, line) ?? [])
          .find((entry) => entry.id === id)
      );
    },

    /** Writes what a later process may ask for, with the texts kept since; the oldest files beyond a hundred go. Errors: `STATE_FAILED`. */
    async save(ids: readonly string[]): Promise<void> {
      const texts = unwritten.filter(({ bytes }) => (roomBytes -= bytes) >= 0);
      unwritten = [];
      const lines = [...ids, ...texts.map(({ id }) => id)]
        .flatMap((id) => held.get(id)?.show(id) ?? [])
        .map((entry) => JSON.stringify(entry));
      if (lines.length === 0) return;
      const path = join(folder, `${run}.jsonl`);
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(stateFailed(path));
      await writeFile(path, `\n${lines.join('\n')}\n`, { flag: 'a', mode: 0o600 }).catch(stateFailed(path));
      const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).toSorted();
      await Promise.all(files.slice(0, -keptFiles).map((file) => unlink(join(folder, file)).catch(() => undefined)));
    },
  };
}

interface Held {
  readonly id: string;
  readonly bytes: number;
  show(id: string): Evidence;
}

/** The newest so many bytes. The number in an id is its place: thousands come and go in every look at many nodes. */
function createNewest(mostBytes: number) {
  let held: (Held | undefined)[] = [];
  let before = 0;
  let oldest = 0;
  let total = 0;
  return {
    add(entry: Held): void {
      held.push(entry);
      total += entry.bytes;
      for (; total > mostBytes; oldest += 1) {
        total -= held[oldest]?.bytes ?? 0;
        held[oldest] = undefined;
      }
      if (oldest <= held.length / 2) return;
      held = held.slice(oldest);
      before += oldest;
      oldest = 0;
    },
    get(id: string): Held | undefined {
      const entry = held[Number(id.split('-')[1]) - 1 - before];
      return entry?.id === id ? entry : undefined;
    },
    last: (most: number): readonly Held[] => held.slice(-most).filter((entry) => entry !== undefined),
  };
}

export type EvidenceStore = ReturnType<typeof createEvidence>;

function shown({ node, bootId, probe, ask, reply }: Observation, secrets: readonly string[]): Omit<Evidence, 'id'> {
  const question = askWords(ask, secrets);
  const when = new Date(reply.at).toISOString();
  const head = `${probe} on ${node} at ${when}, boot ${bootId}, ${Math.round(reply.ms)} ms\n$ ${question}\n`;
  return { title: `${node}: ${question}`, text: head + redact(clean(answerText(reply)), secrets) };
}

function answerText(reply: Reply): string {
  if ('exitCode' in reply) {
    const end = reply.signal === null ? `exit ${reply.exitCode}` : `ended by ${reply.signal}`;
    return [captured(reply.stdout), captured(reply.stderr), `[${end}]`].filter((part) => part !== '').join('\n');
  }
  if ('body' in reply) return `HTTP ${reply.status}\n${captured(reply.body)}`;
  if ('bytes' in reply) return new TextDecoder().decode(reply.bytes);
  if ('reason' in reply) return `${reply.reason}: ${reply.message}`;
  const { at: _at, ms: _ms, ...facts } = reply;
  return JSON.stringify(facts, undefined, 1);
}

const excerpt = (reply: Reply): Reply => ('bytes' in reply ? { ...reply, bytes: ends(reply.bytes) } : reply);
/** What must not be kept is replaced before anything holds it: not even a report of a defect can then show it. */
function withoutHidden({ ask, reply }: Observation): Reply {
  if (!('hidden' in ask) || !ask.hidden) return reply;
  if ('bytes' in reply) return { ...reply, bytes: new TextEncoder().encode(notKept(reply.bytes.length)) };
  if (!('body' in reply) || ask.kind !== 'http') return reply;
  return { ...reply, body: capture(membersLeftOut(reply.body, ask.hidden)) };
}

const notKept = (bytes: number): string => `[${bytes} bytes that are not kept]`;

/** What is no JSON, as an answer that was cut, is left out whole. */
function membersLeftOut(body: Capture, hidden: readonly string[]): string {
  const keep = (name: string, value: unknown): unknown => (hidden.includes(name) ? 'not kept' : value);
  const value = parsed(
    z.unknown().transform((json) => JSON.stringify(json, keep)),
    captured(body),
  );
  return value ?? notKept(body.totalBytes);
}

/** Beginning and end of what a file said, copied: a view of it would keep the whole packet that it came in. */
const ends = remembered((bytes: Uint8Array): Uint8Array => {
  if (bytes.length <= headBytes + tailBytes) return new Uint8Array(bytes);
  const cut = new TextEncoder().encode(`\n[... ${bytes.length - headBytes - tailBytes} bytes left out ...]\n`);
  const kept = new Uint8Array(headBytes + cut.length + tailBytes);
  kept.set(bytes.subarray(0, headBytes));
  kept.set(cut, headBytes);
  kept.set(bytes.subarray(bytes.length - tailBytes), headBytes + cut.length);
  return kept;
});

function sizeOf(reply: Reply): number {
  if ('bytes' in reply) return 300 + reply.bytes.length;
  if ('body' in reply) return 300 + reply.body.head.length + reply.body.tail.length;
  if ('stdout' in reply)
    return (
      300 + reply.stdout.head.length + reply.stdout.tail.length + reply.stderr.head.length + reply.stderr.tail.length
    );
  return 'entries' in reply ? 300 + 100 * reply.entries.length : 300;
}
