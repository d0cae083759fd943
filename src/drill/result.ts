import { bytesText, count } from '../core/format.ts';
import type { Fault } from '../../sandbox/fault.ts';
import type { Part } from './score.ts';

/** Bytes that went between a model and Rackhand; each text once, though a host may send it with every turn. */
export interface Talk {
  readonly tools: number;
  readonly calls: number;
  readonly answers: number;
}

/** How a drill went. */
export interface DrillResult {
  readonly drill: string;
  readonly playbook: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What is missing on this machine, where it was skipped. */
  readonly lacks?: string;
  /** What ran its services. */
  readonly manager?: string;
  readonly parts: readonly Part[];
  /** What Rackhand said of it last, or who named the cause. */
  readonly said: string;
  readonly steps: number;
  readonly seconds: number;
  readonly talk: Talk | null;
  /** An estimate: see `tokensOf`. */
  readonly tokens: number | null;
}

const bytesPerToken = 4;
export const rule = `an estimate: ${bytesPerToken} bytes a token, each text counted once; what a model thinks is not seen from here`;

/** About so many tokens: English and JSON have three to five bytes each. */
export const tokensOf = ({ tools, calls, answers }: Talk): number =>
  Math.ceil((tools + calls + answers) / bytesPerToken);

export const outcomeOf = (parts: readonly Part[]): 'passed' | 'failed' =>
  parts.every(({ good }) => good) ? 'passed' : 'failed';

export const skipped = ({ name, cure }: Fault, lacks: string): DrillResult => ({
  drill: name,
  playbook: cure.playbook,
  outcome: 'skipped',
  lacks,
  parts: [],
  said: '',
  steps: 0,
  seconds: 0,
  talk: null,
  tokens: null,
});

const marks = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const;

export function lineOf({ drill, outcome, lacks, manager, parts, steps, seconds, tokens }: DrillResult): string {
  const told =
    outcome === 'skipped'
      ? [`needs ${lacks}`]
      : [
          ...parts.map(({ what, good }) => `${good ? '✓' : '✗'} ${what}`),
          `${count(steps, 'step')}, ${Math.round(seconds)} s${tokens === null ? '' : `, about ${tokens} tokens`}`,
          ...(manager === undefined ? [] : [`under ${manager}`]),
        ];
  return [marks[outcome], drill.padEnd(16), ...told].join('  ');
}

/** What it cost, with how that is known. */
export function costText({ talk, tokens }: DrillResult): string {
  if (talk === null) return 'Tokens: not counted, for no model asked through `rackhand drill mcp`.';
  const { tools, calls, answers } = talk;
  return `Tokens: about ${tokens} (${rule}). Tools listed ${bytesText(tools)}, calls ${bytesText(calls)}, answers ${bytesText(answers)}.`;
}

/** 0 all passed, 1 one failed, 3 one could not be done here. */
export function exitOf(results: readonly DrillResult[]): number {
  if (results.some(({ outcome }) => outcome === 'failed')) return 1;
  return results.some(({ outcome }) => outcome === 'skipped') ? 3 : 0;
}
