import type { Extra } from './apps.ts';
import type { Place } from './place.ts';
import type { Manager } from './service-host.ts';

/** How a playbook must end: cured, rightly left to a person, nothing done, or only told. */
export type Ends = 'verified' | 'escalated' | 'well' | 'checked';

/** One planted trouble of a sandbox. */
export interface Fault {
  readonly name: string;
  /** What a person on call would be told: what shows, not why. */
  readonly shows: string;
  /** What it can be planted under; the first that is installed is taken. Empty: its node has no services. */
  readonly managers: readonly Manager[];
  readonly extra?: readonly Extra[];
  /** Parts that are not real, besides the GPU. */
  readonly simulated?: readonly string[];
  /** Further keys of services in the fleet file. */
  declares?(place: Place): Readonly<Record<string, object>>;
  readonly thresholds?: Readonly<Record<string, number>>;
  /** A service that finds no GPU when it is started; once all of them run, the GPU is there for it. */
  readonly blind?: string;
  /** Memory of the GPU that programs had taken before all others, in MiB. */
  readonly reserves?: Readonly<Record<string, number>>;
  /** Before the services are started. */
  plant?(place: Place): Promise<void>;
  /** A service that is stopped once all of them run. */
  readonly stops?: string;
  /** A service that ends again and again by it. */
  readonly flaps?: string;
  /** Once the services show what they will. */
  after?(place: Place): Promise<void>;
  /** What somebody did before through Rackhand itself, as words for it. */
  done?(place: Place): readonly string[];
  /** The cause that a triage must lead with: check and kind of subject; undefined where it shows nothing wrong. */
  readonly cause?: readonly [check: string, subject: string];
  /** By what an answer in words is known to name the cause. */
  readonly named: RegExp;
  /** The playbook for it, and how that must end. */
  readonly cure: { readonly playbook: string; readonly service?: string; readonly ends: Ends };
  /** Services that may be restarted for it, and files that may change: `model`. Nothing else may be touched. */
  readonly touches: readonly string[];
  /** Files of the above that must be as they were before somebody did what is to be taken back. */
  readonly restores?: 'workerEnv';
}

/** Where either will do. */
export const eitherManager = ['supervisor', 'pm2'] as const;
