import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

// SIMULATED: no model runs. What is written says so, repeats the prompt, and is the same each time.

/** The tokens of an answer, each a word; the last words of the prompt come again until there are enough. */
export function standInTokens(prompt, most = 24) {
  const words = ['[stand-in]', ' no', ' model', ' wrote', ' this:', ...prompt.split(/\s+/).map((word) => ` ${word}`)];
  return Array.from({ length: Math.max(0, most) }, (_, at) => words[at] ?? ` ${at}`);
}

/** A value that fits a simple schema, or with `wrong` one that does not. */
export function standInJson(schema, wrong = false) {
  if (wrong) return { '[stand-in]': 'wrong' };
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, each]) => [key, standInJson(each)]));
    case 'array':
      return [standInJson(schema.items ?? {})];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return '[stand-in]';
  }
}

/** A vector that is the same for the same text. */
export const standInVector = (text, dimensions = 8) =>
  Array.from({ length: dimensions }, (_, at) => ((text.charCodeAt(at % Math.max(1, text.length)) || 0) + at) / 1_000);

/**
 * Streams the parts of an answer. Faults: `stall` falls silent behind the second one, `cut` breaks off there, `bytes`
 * writes each byte by itself, `endless` goes on with the last one. It ends when its client is gone.
 */
export async function standInStream(response, parts, { fault, msPerToken = 0 } = {}) {
  const most = fault === 'endless' ? Number.POSITIVE_INFINITY : parts.length;
  for (let at = 0; at < most && !response.destroyed; at += 1) {
    const part = parts[Math.min(at, parts.length - 1)];
    if (at === 2 && fault === 'stall') return;
    if (at === 2 && fault === 'cut') {
      response.destroy();
      return;
    }
    for (const piece of fault === 'bytes' ? [...Buffer.from(part)].map((byte) => Buffer.of(byte)) : [part]) {
      response.write(fault === 'endless' ? piece.repeat(1_000) : piece);
      if (fault === 'bytes' || fault === 'endless') await turn();
    }
    if (msPerToken > 0) await pause(msPerToken);
  }
  response.end();
}
