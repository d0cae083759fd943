import type { Signature } from '../core/signature.ts';
import { isEnd, isReady } from './log-runs.ts';
import { tracebackNoise } from './python-traceback.ts';

/** The known line that explains a start of a service best. */
export interface LogCause {
  readonly signature: Signature;
  readonly line: string;
  /** How often it is there, and the last of them. */
  readonly times: number;
  readonly last: string;
  /** The service was up after it: trouble, but not the end. */
  readonly wentOn: boolean;
}

/** More ordinary lines than this after the trouble: a program that had ended writes none. */
export const linesOfLife = 20;
/** Beyond this a line is data that somebody logged. */
const longestLine = 4_096;

/**
 * The earliest known line in the log of one start: what comes later follows from it.
 *
 * A generic line counts only where nothing else is known, and not when the service became ready after it.
 */
export function logCause(lines: readonly string[], signatures: readonly Signature[]): LogCause | undefined {
  const noise = tracebackNoise(lines);
  const said = lines.flatMap((line, index) => (line === '' || noise.has(index) ? [] : [line.slice(0, longestLine)]));
  const known = said.map((line) => signatures.find(({ pattern }) => pattern.test(line)));
  const ready = said.findLastIndex(isReady);
  const specific = known.findIndex((signature) => signature !== undefined && signature.generic !== true);
  const at =
    specific === -1 ? known.findIndex((signature, index) => signature !== undefined && index > ready) : specific;
  const signature = known[at];
  if (signature === undefined) return undefined;
  const lastOfIt = known.lastIndexOf(signature);
  const lifeAfter = said.slice(lastOfIt + 1).filter((_, index) => known[lastOfIt + 1 + index] === undefined).length;
  const ended = said.findLastIndex(isEnd) > ready;
  const wasReady = ready > lastOfIt || (ready !== -1 && lifeAfter > 0);
  const times = known.filter((other) => other === signature).length;
  return {
    signature,
    line: said[at] ?? '',
    times,
    last: said[lastOfIt] ?? '',
    wentOn: !ended && (wasReady || lifeAfter >= linesOfLife),
  };
}
