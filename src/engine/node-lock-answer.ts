import { durationText } from '../core/format.ts';
import { clean } from '../core/text.ts';

/** Who holds or held the lock of a node, in its own words: data. Without an owner the file could not be read. */
export interface Holder {
  readonly owner?: string;
  readonly run?: string;
  /** Epoch ms by the clock of the node, as `until` and `now` are. */
  readonly since?: number;
  /** When the lease ends or ended. */
  readonly until: number;
  readonly now: number;
}

export interface LockAnswer {
  readonly outcome: 'taken' | 'busy' | 'stays' | 'strange' | 'failed' | 'unclear';
  readonly place: string;
  /** Of the file that was there before. */
  readonly holder?: Holder;
  /** What the node complained of, on one line. */
  readonly said: string;
}

const outcomes = ['taken', 'busy', 'stays', 'strange', 'failed'] as const;
const shown = 200;

/** What the script of `node-lock-script.ts` says. Only its first line is its own; behind that stands a file of others. */
export function lockAnswer(stdout: string): LockAnswer {
  const [, name, place = '', until = '', now = '', rest = ''] =
    /^([a-z]+) (\/\S+) (-|-?\d{1,12}) (\d{1,12})\n([^]*)$/.exec(stdout) ?? [];
  const outcome = outcomes.find((known) => known === name) ?? 'unclear';
  const said = plain(outcome === 'unclear' ? stdout : rest) || 'nothing';
  if (outcome === 'unclear') return { outcome, place: 'the lock', said };
  if (until === '-' || outcome === 'failed' || outcome === 'strange') return { outcome, place, said };
  const times = { until: Number(until) * 1_000, now: Number(now) * 1_000 };
  return { outcome, place, said, holder: { ...writerOf(rest), ...times } };
}

/** Its lines are a token, the owner, the run and an epoch. */
function writerOf(file: string): Pick<Holder, 'owner' | 'run' | 'since'> {
  const [token = '', owner = '', run = '', since = '', ...more] = file.split('\n');
  if (!/^[0-9a-f]{32}$/.test(token) || !/^\d{1,12}$/.test(since) || more.some((line) => line !== '')) return {};
  return { owner: plain(owner), run: plain(run), since: Number(since) * 1_000 };
}

const plain = (text: string): string =>
  clean(text.slice(0, 4 * shown))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, shown);

/** `alice@laptop (run r-7) since 2026-11-21T18:20:00Z, whose lease runs for another 50 s`. */
export function heldText(holder: Holder | undefined): string {
  if (holder === undefined) return 'somebody';
  const { owner, run, since, until, now } = holder;
  const who = owner === undefined ? 'somebody who left a lock that can not be read' : `${owner} (run ${run})`;
  const begun = since === undefined ? '' : ` since ${instant(since)}`;
  const left = (until - now) / 1_000;
  const lease =
    left > 0
      ? `whose lease runs until ${instant(until)} by the clock of the node, for another ${durationText(left)}`
      : `whose lease ran out at ${instant(until)}, ${durationText(-left)} ago`;
  return `${who}${begun}, ${lease}`;
}

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
