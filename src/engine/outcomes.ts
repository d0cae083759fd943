import type { ChangeOutcome } from '../core/change-outcome.ts';
import type { ChangeSet } from '../core/change-set.ts';
import { OpsError, opsError } from '../core/errors.ts';
import type { Finding } from '../core/report.ts';
import { durationText } from '../core/format.ts';
import type { Refusal } from './plan-set.ts';
import type { Ended } from './running.ts';

/** Those that say that something is wrong, or not known. */
export const speaking = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ status }) => status !== 'ok' && status !== 'not_applicable');

export const nothing = { findings: [], next: [], notes: [] };

export const refused = ({ because, next, findings }: Refusal): ChangeOutcome => ({
  state: 'refused',
  said: because,
  findings: speaking(findings),
  next,
  notes: [],
});

export const outcome = ({ how, said, findings = [], after }: Ended, set: ChangeSet, run: string): ChangeOutcome => ({
  ...nothing,
  state: how,
  said,
  set,
  run,
  findings: speaking(findings),
  ...(after !== undefined && { after }),
});

export const saidOf = ({ changes }: ChangeSet): string => changes.map(({ what }) => what).join(' ');
export const waitText = (until: number): string =>
  `It is free again in ${durationText(Math.max(1, (until - Date.now()) / 1_000))}.`;

/** Adds to an error in the middle of a run what is to be done about the run. */
export const cutOff =
  (id: string) =>
  (thrown: unknown): never => {
    const { code, message, hint } = opsError(thrown);
    throw new OpsError(code, `${message} Run ${id} is not at its end.`, {
      cause: thrown,
      hint: `${hint === undefined ? '' : `${hint} `}rackhand run show ${id} says how far it came; rackhand run resume ${id} goes on, with --way back it is taken back.`,
    });
  };
