import { Worker } from 'node:worker_threads';
import { OpsError } from '../core/errors.ts';

/** A pattern needs about 20 ms for a megabyte, where it does not try the same again and again. */
const limitMs = 1_000;
const longestPattern = 500;

// In a thread of its own: a pattern that tries the same again and again can only be stopped from outside.
const script = `const { parentPort, workerData: { source, flags, texts } } = require('node:worker_threads');
const pattern = new RegExp(source, flags);
parentPort.postMessage(texts.map((text) => pattern.test(text)));`;

/**
 * Which of the texts a pattern of JavaScript fits; `^` and `$` are ends of lines, and `(?i)` before it ignores case.
 *
 * Errors: `USAGE` for a pattern that is none or takes longer than a second, `CANCELLED`.
 */
export async function matching(
  pattern: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly boolean[]> {
  const [source, flags] = pattern.startsWith('(?i)') ? [pattern.slice(4), 'im'] : [pattern, 'm'];
  prove(source, flags);
  const worker = new Worker(script, {
    eval: true,
    workerData: { source, flags, texts },
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  let timer: NodeJS.Timeout | undefined;
  let cancel: (() => void) | undefined;
  try {
    return await new Promise<readonly boolean[]>((resolve, reject) => {
      worker.once('message', (found: readonly boolean[]) => resolve(found));
      worker.once('error', () => reject(tooHard(pattern)));
      timer = setTimeout(() => reject(tooHard(pattern)), limitMs);
      cancel = () => reject(new OpsError('CANCELLED', 'Cancelled while searching.'));
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  } finally {
    clearTimeout(timer);
    if (cancel !== undefined) signal.removeEventListener('abort', cancel);
    await worker.terminate();
  }
}

function prove(source: string, flags: string): void {
  if (source.length > longestPattern)
    throw new OpsError('USAGE', `regex: it has ${source.length} characters, and ${longestPattern} are read.`);
  try {
    RegExp(source, flags);
  } catch (error) {
    throw new OpsError('USAGE', `regex: ${error instanceof Error ? error.message : 'it can not be read'}.`, {
      hint: 'It is a regular expression of JavaScript; grep takes a fixed string.',
    });
  }
}

const tooHard = (pattern: string): OpsError =>
  new OpsError('USAGE', `regex: ${JSON.stringify(pattern.slice(0, 80))} takes longer than a second on this log.`, {
    hint: 'Quantifiers within quantifiers, as in (a+)+, try the same again and again; grep takes a fixed string.',
  });
