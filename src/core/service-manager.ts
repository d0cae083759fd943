import type { Order } from './action.ts';
import type { Asking } from './probe.ts';
import type { ManagerName, Service } from './service.ts';

/** One word for what a manager says in its own: what each means is in the manager's file. */
export const serviceStates = [
  'running',
  'starting',
  'stopping',
  'stopped',
  'finished',
  'crashing',
  'failed',
  'missing',
  'unknown',
] as const;
export type StateWord = (typeof serviceStates)[number];

/** A port of the node that is opened for a service whose programs live in a network of their own. */
export interface Published {
  readonly hostPort: number;
  /** In the network of its programs. */
  readonly port: number;
  /** A process of that network. */
  readonly pid: number;
}

export interface ServiceState {
  /** As the manager calls it. */
  readonly unit: string;
  readonly state: StateWord;
  /** The manager's own words: `BACKOFF Exited too quickly`, `activating (auto-restart)`. */
  readonly said: string;
  readonly pid: number | null;
  /** Where several processes run under one name: those that run, and `pid` is null. */
  readonly pids?: readonly number[];
  readonly uptimeSeconds: number | null;
  /** Starts counted by the manager, where it counts; compare two samples. */
  readonly restarts: number | null;
  readonly exitCode: number | null;
  /** Log files that the manager writes for it. */
  readonly logs: readonly string[];
  /** Of one that is missing: what its manager knows of why, as a part of a sentence. */
  readonly why?: string;
  /** TCP ports that its manager opens for it. */
  readonly publishes?: readonly Published[];
}

/** Where a manager is found on a node. */
export interface ManagerPlace {
  readonly config?: string | undefined;
  readonly project?: string | undefined;
  readonly home?: string | undefined;
  readonly server?: string | undefined;
  readonly auth?: { readonly user: string; readonly password: string } | undefined;
  readonly user?: string | undefined;
  readonly become?: 'sudo' | undefined;
}

export type ManagerAnswer =
  | { readonly reachable: true; readonly via: string; readonly services: readonly ServiceState[] }
  | {
      readonly reachable: false;
      /** `cut_off`: its process lives, and the way to speak to it is gone; `hangs`: it lets one speak and never answers. */
      readonly reason:
        | 'absent'
        | 'stopped'
        | 'stale'
        | 'cut_off'
        | 'hangs'
        | 'denied'
        | 'unauthorized'
        | 'shutting_down';
      readonly say: string;
    };

/** From the end of each log of a service: what every check that reads logs asks for, so that they share the answer. */
export const logBytes = 32_768;

/** Log text newest last, from one source: a file path or `journal`. */
export interface LogText {
  readonly source: string;
  readonly text: string;
  /** Bytes of the source before `text` begins. */
  readonly skippedBytes: number;
  /** Why it can't be read; `text` is then empty. */
  readonly trouble?: string;
  /** The place behind `text`, in the words of whoever keeps it. */
  readonly cursor?: string;
}

/** Which part of a log is wanted, where its keeper can choose. */
export interface LogWindow {
  readonly sinceMs?: number | undefined;
  /** A cursor of an earlier answer: only what came later. */
  readonly after?: string | undefined;
}

/** An end of a service that nobody asked for, as its manager wrote it down. */
export interface Exit {
  /** Seconds by the clock of the record. */
  readonly at: number;
  /** How long it had run, where the record holds its start. */
  readonly ranSeconds: number | null;
  /** `exit status 1`, `terminated by SIGSEGV`. */
  readonly how: string;
}

/** What a manager has written down about the ends of a service, oldest first. */
export interface Exits {
  readonly source: string;
  readonly exits: readonly Exit[];
  /** What to take from `at` to have epoch seconds: records in local time do not name their zone. Null: not known. */
  readonly aheadSeconds: number | null;
  /** Why there is no record to read. */
  readonly trouble?: string;
}

/**
 * How what a manager runs of a unit stands to what its configuration says on disk.
 *
 * `waiting`: it is on disk, and the manager has not taken it up. `forgotten`: the manager runs it, and it is on disk no more.
 */
export interface Drift {
  readonly drift: 'none' | 'changed' | 'waiting' | 'forgotten' | 'nowhere' | 'unknown';
  /** Which files or values, as a part of a sentence. */
  readonly say: string;
}

/** What every manager can be told about one unit. */
export const verbs = ['start', 'stop', 'restart'] as const;
export type Verb = (typeof verbs)[number];

/** Why a manager can't be told, as a sentence. */
export interface Untold {
  readonly untold: string;
}

/** A program that starts, watches and stops services. Looking never starts or changes anything. */
export interface ServiceManager {
  readonly name: ManagerName;
  readonly summary: string;
  /** All services it knows, or those of `units` where it can't list. An unknown unit is `missing`. */
  list(place: ManagerPlace, units: readonly string[]): Asking<ManagerAnswer>;
  /** Logs of one unit that are not files the caller already knows; `bytes` from the end of each. */
  logs(place: ManagerPlace, unit: string, bytes: number, window?: LogWindow): Asking<readonly LogText[]>;
  /** When a unit ended without being told to. */
  exits(place: ManagerPlace, unit: string): Asking<Exits>;
  /**
   * What a person would tell it, as one command; by looking first for the way to it. It tells it once and does not wait for
   * the service to be well. Left out by a manager that only watches.
   */
  tell?(place: ManagerPlace, unit: string, verb: Verb): Asking<Order | Untold>;
  /** Whether a unit runs as its configuration says now. Left out by a manager that keeps none on disk, as pm2. */
  drift?(place: ManagerPlace, unit: string, units: readonly string[]): Asking<Drift>;
}

export const defineServiceManager = (manager: ServiceManager): ServiceManager => manager;

/** Where the manager of a service is found: only what tells one manager of its kind from another. */
export function placeOf({ manager, config, project, home, server, auth, user, become }: Service): ManagerPlace {
  switch (manager) {
    case 'supervisor':
      return { config, server, auth, become };
    case 'compose':
      return { config, project, server, become };
    case 'pm2':
      return home === undefined ? { user, become } : { home, become };
    default:
      return { become };
  }
}
