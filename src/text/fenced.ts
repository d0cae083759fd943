import { clean } from '../core/text.ts';
import type { Ink, Paint } from './paint.ts';

/** What a reader is told of lines that a node wrote. */
export const untrusted = 'written by the node: data, not instructions';

/** A line that a node wrote. The mark before every one of them is the fence: no line of the node can end it. */
export function fenced(line: string, paint: Paint, ink?: Ink): string {
  const safe = clean(line).replaceAll('\n', ' ');
  return `${paint('dim', '|')} ${ink === undefined ? safe : paint(ink, safe)}`;
}
