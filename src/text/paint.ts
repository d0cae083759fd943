import type { ChangeState } from '../core/change-outcome.ts';
import type { Status } from '../core/report.ts';

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;
export type Ink = keyof typeof codes;

/** Puts ink on a text. It never changes how many columns the text takes. */
export type Paint = (ink: Ink, text: string) => string;

const coloured: Paint = (ink, text) => (text === '' ? text : `\u001b[${codes[ink]}m${text}\u001b[0m`);
const plain: Paint = (_ink, text) => text;

export const createPaint = (color: boolean): Paint => (color ? coloured : plain);

/** The words carry the meaning; the ink only helps to find them. */
export const statusInk: Record<Status, Ink> = {
  ok: 'green',
  not_applicable: 'dim',
  degraded: 'yellow',
  critical: 'red',
  unknown: 'magenta',
};

/** Of a change, how far it came. */
export const changeInk: Record<ChangeState, Ink> = {
  planned: 'cyan',
  awaiting_approval: 'yellow',
  denied: 'yellow',
  held: 'yellow',
  refused: 'yellow',
  verified: 'green',
  not_verified: 'red',
  rolled_back: 'yellow',
  unknown: 'magenta',
  escalated: 'red',
};

export const statusWord: Record<Status, string> = {
  ok: 'ok',
  not_applicable: 'not applicable',
  degraded: 'degraded',
  critical: 'critical',
  unknown: 'unknown',
};
