import { closeSync, constants, openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ReadStream, WriteStream } from 'node:tty';
import { OpsError } from '../core/errors.ts';
import { createPaint, type Paint } from '../text/paint.ts';

/** The terminal that a person sits at. */
export interface Terminal {
  readonly width: number;
  readonly paint: Paint;
  say(text: string): void;
  /** What is typed in a line; undefined where the person leaves: Ctrl-C, Ctrl-D, the terminal closed. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

const open = (): number => openSync('/dev/tty', constants.O_RDWR | constants.O_NOCTTY);

/**
 * The controlling terminal itself: what is redirected shows nothing there, and answers nothing in a person's place.
 *
 * Errors: `USAGE` where there is none.
 */
export function controllingTerminal(): Terminal {
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw nobody('here stdin or stdout is none');
  const output = new WriteStream(opened());
  // Who closes the terminal reads nothing any more.
  output.on('error', () => undefined);
  return {
    // A terminal of no size does not know it.
    width: Math.max(40, output.columns || 80),
    paint: createPaint(output.hasColors()),
    say: (text) => void output.write(`${text}\n`),
    ask: (question, signal) => asked(question, output, signal),
    close: () => output.destroy(),
  };
}

const nobody = (why: string, cause?: unknown): OpsError =>
  new OpsError('USAGE', `An approval is given at a terminal, and ${why}.`, {
    cause,
    hint: 'Type the same command in a terminal of your own, without redirecting anything.',
  });

function opened(): number {
  try {
    return open();
  } catch (cause) {
    throw nobody('this process has none', cause);
  }
}

/** Ends as a closed terminal ends what runs in it: its shell may be told first, and Node aborts where it lives on after that. */
const hangUp = () => process.kill(process.pid, 'SIGHUP');

async function asked(question: string, output: WriteStream, signal: AbortSignal): Promise<string | undefined> {
  const input = new ReadStream(open());
  const left = new AbortController();
  const leave = () => left.abort();
  input.once('error', hangUp).once('end', hangUp);
  const terminal = createInterface({ input, output, historySize: 0 });
  terminal.once('close', leave);
  // While it waits, the terminal hands Ctrl-C to the reader instead of the process.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question(question, { signal: AbortSignal.any([signal, left.signal]) });
  } catch {
    output.write('\n');
    return undefined;
  } finally {
    terminal.close();
    input.destroy();
  }
}

/** The terminal for a program that asks its user something itself, for as long as it runs. */
export async function lendTerminal<Value>(use: (terminal: number) => Promise<Value>): Promise<Value> {
  const terminal = open();
  try {
    return await use(terminal);
  } finally {
    closeSync(terminal);
  }
}
