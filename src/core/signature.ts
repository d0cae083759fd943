import type { Service } from './service.ts';

/** A known line of a log, what it means, and whether a restart helps. */
export interface Signature {
  /** Stable and quotable: `LL-TRUNC`. */
  readonly id: string;
  /** Kinds of services in whose logs it is looked for; `any` for all. */
  readonly services: readonly (Service['kind'] | 'any')[];
  /** Matched against one cleaned line. Linear in time: no nested quantifiers. */
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly advice: string;
  /** `generic` lines are the tail of an earlier cause and name it only when nothing else does. */
  readonly generic?: boolean;
  readonly restartHelps: 'yes' | 'no' | 'maybe' | 'after-fix';
  /** Real lines that must match. */
  readonly examples: readonly string[];
  /** Where the line was seen. */
  readonly source: string;
}

export const defineSignatures = (signatures: readonly Signature[]): readonly Signature[] => signatures;
