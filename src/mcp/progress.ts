import { count } from '../core/format.ts';
import { fenced } from '../text/fenced.ts';
import { createPaint } from '../text/paint.ts';

/** About what a host shows of one; the rest comes with the result. */
const longest = 2_000;

/** Tells a client that a call goes on: what the app says, and while it says nothing, how long it has been. */
export function createProgress(send: (progress: number, message: string) => void, heartbeatMs: number) {
  const begun = Date.now();
  let sent = 0;
  let latest = 'Working';
  // A host takes long silence for a hang and cuts the call.
  const heartbeat = setInterval(
    () => send((sent += 1), `${latest} (${Math.round((Date.now() - begun) / 1_000)} s)`),
    heartbeatMs,
  );
  return {
    say(message: string, wrote: readonly string[] = []): void {
      latest = message;
      heartbeat.refresh();
      send((sent += 1), [message, ...behindFence(wrote)].join('\n'));
    },
    stop: () => clearInterval(heartbeat),
  };
}

const plain = createPaint(false);

/** Behind the same mark as in a report. */
function behindFence(lines: readonly string[]): readonly string[] {
  const shown: string[] = [];
  let room = longest;
  for (const line of lines) {
    room -= line.length + 3;
    if (room < 0) break;
    shown.push(fenced(line, plain));
  }
  const missing = lines.length - shown.length;
  return missing === 0 ? shown : [...shown, `[... ${count(missing, 'more line')} in the result ...]`];
}
