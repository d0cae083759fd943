import { fenced, untrusted } from '../text/fenced.ts';
import { oneLine } from '../text/one-line.ts';
import { createPaint } from '../text/paint.ts';

/** How to write for whoever reads stdout: in colour and to its width on a terminal, plain and unbroken otherwise. */
export function stdoutPage() {
  const { stdout } = process;
  // hasColors knows NO_COLOR and terminals that have none.
  const color = stdout.isTTY && stdout.hasColors();
  return { color, width: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY, paint: createPaint(color) };
}

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const complain = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** One line on stderr that the next message overwrites; nothing where stderr is not a terminal. */
export function createStatusLine() {
  const { stderr } = process;
  const clear = '\r\u001b[2K';
  return {
    say(message: string): void {
      if (stderr.isTTY) stderr.write(clear + message.replace(/\s+/g, ' ').slice(0, Math.max(1, stderr.columns - 1)));
    },
    clear(): void {
      if (stderr.isTTY) stderr.write(clear);
    },
  };
}

/** Lines of a node on stdout as they come, under the name of what they are from. */
export function createStream() {
  const { paint } = stdoutPage();
  let last: string | undefined;
  return {
    show(title: string, lines: readonly string[]): void {
      if (title !== last) print(`${paint('bold', oneLine(title))} (${untrusted})`);
      last = title;
      for (const line of lines) print(`  ${fenced(line, paint)}`);
    },
    hasShown: () => last !== undefined,
  };
}
