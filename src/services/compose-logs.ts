import { captured, type Capture } from '../core/capture.ts';
import { askAll, type Asking } from '../core/probe.ts';
import type { LogText, LogWindow, ManagerPlace } from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import { composeAnswer, type ServiceContainer } from './compose-answer.ts';
import { engineQuestion, saidIn } from './engine-answer.ts';

/**
 * Before each piece of a log stands a head of eight bytes: the stream, three zeros, and the length of what follows. Its last
 * byte may be no character by itself; a time always follows, because times are asked for. Containers with a terminal have none.
 *
 * Source: "Stream format" of the Docker Engine API; a piece is 16 KiB at most, and a longer line goes on in the next.
 */
const head = String.raw`[\0-\x02]\0\0\0\0[\0-\x02][\0-\x7f][^]`;
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;
const goingOn = new RegExp(`(?<=[^\\n])${head}${time}\\S* `, 'g');
const heads = new RegExp(`${head}(?=${time})`, 'g');
const lineStart = new RegExp(`(?<=\\n)(?:${head})?(?=${time})`);

/** The logs of all containers of a service as one, by their times; each line begins with its own. */
export function* composeLogs(
  place: ManagerPlace,
  unit: string,
  bytes: number,
  window: LogWindow = {},
): Asking<readonly LogText[]> {
  const answer = yield* composeAnswer(place);
  const source = `compose ${unit}`;
  const none = { source, text: '', skippedBytes: 0 };
  if (!answer.reachable) return [{ ...none, trouble: answer.say }];
  const own = answer.containers.filter(({ service }) => service === unit);
  if (own.length === 0) return [{ ...none, trouble: `project ${answer.project} has no container of it` }];
  const share = Math.floor(bytes / own.length);
  const replies = yield* askAll(own.map((container) => logQuestion(place, container, share, window)));
  const troubles: string[] = [];
  const read = replies.flatMap((reply, index) => {
    const { name = '' } = own[index] ?? {};
    if (!reply.ok) troubles.push(`${name}: ${reply.message}`);
    else if (reply.status !== 200) troubles.push(`${name}: HTTP ${reply.status}${saidIn(reply)}`);
    else return [logPieces(reply.body)];
    return [];
  });
  if (read.length === 0) return [{ ...none, trouble: troubles.join('; ') }];
  const lines = read.flatMap((log) => log.lines).filter((line) => isAfter(line, window.after));
  const sorted = own.length === 1 ? lines : lines.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  const last = sorted.at(-1);
  const cursor = last === undefined ? window.after : cursorOf(timeOf(last));
  return [
    {
      source,
      text: sorted.map((line) => `${line}\n`).join(''),
      skippedBytes: read.reduce((sum, log) => sum + log.skippedBytes, 0),
      ...(cursor !== undefined && { cursor }),
    },
  ];
}

/** A line is about 100 bytes, and its time takes 31 more; of what is longer the end is kept. */
function logQuestion(place: ManagerPlace, { id }: ServiceContainer, bytes: number, { sinceMs, after }: LogWindow) {
  const tail = Math.max(100, Math.ceil(bytes / 100));
  const since = after ?? (sinceMs === undefined ? undefined : String(Math.floor(sinceMs / 1_000)));
  const from = since === undefined ? '' : `&since=${since}`;
  const path = `/containers/${id}/logs?stdout=true&stderr=true&timestamps=true&tail=${tail}${from}`;
  return engineQuestion(place, path, 2 * bytes);
}

/** The lines of a log without its heads; of one that was cut, those of its end, or the end of its last. */
export function logPieces(body: Capture): { readonly lines: readonly string[]; readonly skippedBytes: number } {
  const { tail, omittedBytes, totalBytes } = body;
  const whole = omittedBytes === 0 ? captured(body) : tail.slice(lineStart.exec(tail)?.index ?? 0);
  const text = clean(whole.replace(goingOn, '').replace(heads, ''));
  const lines = text.split('\n').filter((line) => line !== '');
  return { lines, skippedBytes: omittedBytes === 0 ? 0 : totalBytes - new TextEncoder().encode(whole).length };
}

const timeOf = (line: string): string => /^\S+/.exec(line)?.[0] ?? '';

/** Epoch seconds with nanoseconds, which is what an engine takes for "since". */
function cursorOf(time: string): string | undefined {
  const [, second = '', fraction = '', zone = ''] = /^([\d-]+T[\d:]+)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  const seconds = Date.parse(`${second}${zone}`) / 1_000;
  return Number.isNaN(seconds) ? undefined : `${seconds}.${fraction.padEnd(9, '0')}`;
}

/** An engine counts the very moment of "since" in. */
function isAfter(line: string, after: string | undefined): boolean {
  const at = cursorOf(timeOf(line));
  return after === undefined || at === undefined || at > after;
}
