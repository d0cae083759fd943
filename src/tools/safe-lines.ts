import { bare } from '../checks/log-line.ts';
import { clean, redact } from '../core/text.ts';

const begins = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const ends = /-----END [A-Z ]*PRIVATE KEY-----/;
const material = /^(?:[A-Za-z0-9+/=]*|(?:Proc-Type|DEK-Info|Version|Comment): .{0,200})$/;
/** Only so long a line without a blank is taken for a part of a key whose beginning is not there. */
const certain = /^[A-Za-z0-9+/]{32,}={0,2}$/;

/**
 * Turns text of a node into lines that may be shown: cleaned, and without secrets.
 *
 * A private key goes over many lines, which may come one by one and each with a time before it: what came before is
 * remembered, and where a text begins within a key, the lines up to its end go too.
 */
export function createSafeLines(secrets: readonly string[]): (text: string) => readonly string[] {
  let inKey = false;
  return (text) => {
    const lines = clean(text).replace(/\n$/, '').split('\n');
    if (lines.length === 1 && lines[0] === '') return [];
    const kept: string[] = [];
    for (const line of lines) {
      const isEnd = ends.test(line);
      if (inKey && (isEnd || material.test(bare(line)))) {
        inKey = !isEnd;
        continue;
      }
      inKey = begins.test(line) && !isEnd;
      if (isEnd && !begins.test(line)) {
        while (certain.test(bare(kept.at(-1) ?? ''))) kept.pop();
        kept.push('[redacted]');
      } else {
        kept.push(redact(line, secrets));
      }
    }
    return kept;
  };
}

/** A longer line is data that somebody logged. */
const longestLine = 2_000;

/** A line short enough to be shown, with how much is missing. */
export const shortLine = (line: string, most = longestLine): string =>
  line.length <= most
    ? line
    : `${line.slice(0, most).replace(/[\ud800-\udbff]$/, '')} [... ${line.length - most} more characters]`;
