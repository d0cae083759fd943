import type { Outcome } from '../core/action.ts';
import { OpsError } from '../core/errors.ts';
import type { Verb } from '../core/service-manager.ts';
import { clean, redact } from '../core/text.ts';

const most = 300;

/** What a manager said to a verb, as one line. */
export const told = (how: Outcome['how'], said: string): Outcome => {
  const line = redact(clean(said)).replace(/\s+/g, ' ').trim();
  return { how, said: line.length > most ? `${line.slice(0, most - 1)}…` : line };
};

/** It was told, and what came back does not tell whether it did it. */
export const unsure = (manager: string, verb: Verb, said: string): OpsError =>
  new OpsError(
    'OUTPUT_UNREADABLE',
    `Whether ${manager} carried out the ${verb} is not known: ${told('failed', said).said}.`,
  );
