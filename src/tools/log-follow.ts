import { opsError } from '../core/errors.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import type { Ops } from '../core/tool.ts';
import type { LogMark } from '../probes/log-mark.ts';
import type { LogReach } from '../probes/log-window.ts';
import { reachNotes, reachOf } from './log-sources.ts';
import { createSafeLines, shortLine } from './safe-lines.ts';

/** How often files are looked at; a journal has to be asked with a program. */
const [fileMs, journalMs] = [1_000, 5_000];
const bytesAtOnce = 262_144;
/** Kept of each log for the report, the latest. */
const mostLines = 2_000;

interface Options {
  readonly node: Node;
  readonly service: Service;
  readonly file: string | undefined;
  readonly grep: string | undefined;
  /** What was read before, and what makes lines of it safe to show. */
  readonly logs: readonly {
    readonly reach: LogReach;
    readonly lines: readonly string[];
    readonly safe: ReturnType<typeof createSafeLines>;
  }[];
  readonly ops: Ops;
}

export interface Followed {
  /** New lines by log. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
  /** The node could not be asked to the end. */
  readonly isLost: boolean;
}

/** Tells what is written to logs as it comes, by reading on from where they were read: nothing runs on the node. */
export function createFollower({ node, service, file, grep, logs, ops }: Options) {
  const marks = new Map<string, LogMark | string>();
  const safeOf = new Map(logs.map(({ reach, safe }) => [reach.source, safe]));
  const lines = new Map<string, string[]>();
  const notes = new Set<string>();

  const keep = ({ key, mark }: LogReach) => {
    if (mark !== null) marks.set(key, mark);
  };

  function take(reach: LogReach): void {
    const { source, parts } = reach;
    keep(reach);
    for (const note of reachNotes(reach)) notes.add(note);
    if (parts.some(({ rotated }) => rotated)) notes.add(`${source} was rotated meanwhile, and followed on.`);
    const safe = safeOf.get(source) ?? createSafeLines(ops.fleet.secrets);
    safeOf.set(source, safe);
    const all = parts.flatMap(({ text, unfinished }) => safe(text + unfinished));
    const wanted = all.filter((line) => grep === undefined || line.includes(grep)).map((line) => shortLine(line));
    if (wanted.length === 0) return;
    lines.set(source, [...(lines.get(source) ?? []), ...wanted].slice(-mostLines));
    ops.progress(source, wanted);
  }

  /** Errors: `CANCELLED`, and those that are not the node's. */
  async function follow(ms: number): Promise<Followed> {
    const begun = ops.now();
    const until = begun + ms;
    const step = service.manager === 'systemd' && file === undefined ? journalMs : fileMs;
    for (const { reach, lines: before } of logs) {
      keep(reach);
      ops.progress(
        reach.source,
        before.map((line) => shortLine(line)),
      );
    }
    for (let left = ms; left > 0; left = until - ops.now()) {
      await ops.pause(Math.min(step, left));
      try {
        const at = await ops.look(node);
        const wanted = { file, bytes: bytesAtOnce, older: false, marks: Object.fromEntries(marks) };
        for (const reach of await reachOf(at, service, wanted)) take(reach);
      } catch (thrown) {
        const { kind, message } = opsError(thrown);
        if (kind.blame !== 'node') throw thrown;
        const after = durationText((ops.now() - begun) / 1_000);
        return { lines, notes: [...notes, `Followed for ${after} only: ${message}`], isLost: true };
      }
    }
    return { lines, notes: [...notes], isLost: false };
  }
  return { follow };
}
