import { CaptureBuffer, type Capture } from '../core/capture.ts';
import type { HttpTrouble } from '../core/command.ts';
import { bytesText, durationText } from '../core/format.ts';
import type { Hearing } from '../core/make.ts';

type GivenUp = Omit<HttpTrouble, 'at' | 'ms'>;

/** Takes the body of an HTTP answer: keeps both ends of it, or hands it on to who hears it. */
export interface Intake {
  begin(status: number): void;
  push(chunk: Uint8Array): void;
  end(): Capture;
  close(): void;
}

/** `giveUp` is called once, when a heard answer is silent for too long or becomes too much. */
export function createIntake(most: number, hearing: Hearing | undefined, giveUp: (why: GivenUp) => void): Intake {
  const kept = new CaptureBuffer(most);
  if (hearing === undefined)
    return { begin: () => undefined, push: (chunk) => kept.push(chunk), end: () => kept.end(), close: () => undefined };
  const { chunk: hand, firstMs, idleMs } = hearing;
  let total = 0;
  let isHeard = false;
  let isOver = false;

  const close = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const stop = (why: GivenUp) => {
    if (isOver) return;
    close();
    giveUp(why);
  };
  const after = (ms: number) => setTimeout(() => stop(silent(total, ms)), ms);
  let timer = after(firstMs);

  return {
    begin: (status) => (isHeard = status >= 200 && status < 300),
    push(chunk) {
      if (isOver) return;
      if (total === 0) {
        clearTimeout(timer);
        timer = after(idleMs);
      } else timer.refresh();
      total += chunk.length;
      if (total > most) stop(tooLong(most));
      else if (isHeard) hand(chunk);
      else kept.push(chunk);
    },
    end: () => (isHeard ? { head: '', tail: '', totalBytes: total, omittedBytes: total } : kept.end()),
    close,
  };
}

const silent = (total: number, ms: number): GivenUp => ({
  ok: false,
  reason: 'timeout',
  gaveUp: 'silent',
  message: `${total === 0 ? 'nothing of an answer' : `after ${bytesText(total)} nothing more`} came for ${durationText(ms / 1_000)}`,
});

const tooLong = (most: number): GivenUp => ({
  ok: false,
  reason: 'protocol',
  gaveUp: 'too_long',
  message: `the answer is longer than ${bytesText(most)}`,
});
