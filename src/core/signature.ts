import type { Service } from './service.ts';

/** A known line of a log, what it means, and whether a restart helps. */
export interface Signature {
  /** Stable and quotable: `LL-TRUNC`. */
  readonly id: string;
  /** Kinds of services in whose logs it is looked for; `any` for all, `kernel` for the log of the kernel alone. */
  readonly services: readonly (Service['kind'] | 'any' | 'kernel')[];
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

/** A known line of the kernel, which speaks of no service but of a device: the group `on` of its pattern. */
export interface KernelSignature extends Signature {
  readonly about: 'machine' | 'memory' | 'storage' | 'nvidia' | 'amd';
  readonly status: 'degraded' | 'critical';
  /**
   * How long one line counts as it is: until the node boots, for the fleet's hours of kernel faults, or for ten minutes.
   * After that something critical is degraded, and something degraded is history.
   */
  readonly holds: 'boot' | 'hours' | 'minutes';
  /** Fewer lines than this of one device are no fault. */
  readonly least?: number;
  /** A later line, with the same `on` where it names one, that says that it is over. */
  readonly over?: RegExp;
}

export const defineSignatures = <S extends Signature>(signatures: readonly S[]): readonly S[] => signatures;
