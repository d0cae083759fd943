import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs the services of a sandbox: a real one, if this machine has it. */
export type Manager = 'pm2' | 'supervisor';

/** A program that the manager keeps running. */
export interface App {
  readonly name: string;
  readonly words: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServiceState {
  readonly name: string;
  /** `online` and `stopped` mean the same under every manager. */
  readonly status: string;
  readonly restarts: number;
  readonly pid: number;
}

/** A manager in a home of its own, with what runs under it. */
export interface ServiceHost {
  readonly manager: Manager;
  /** How the fleet file finds it. */
  readonly declared: Readonly<Record<string, string>>;
  /** Where it writes what a program says. */
  logs(name: string): { readonly out: string; readonly err: string };
  start(apps: readonly App[]): Promise<void>;
  /** Stops one of them, as somebody did who forgot to start it again. */
  stop(name: string): Promise<void>;
  states(): Promise<readonly ServiceState[]>;
  /** Ends the manager and every service at once, by their ids; it works while this process exits. */
  end(): void;
}

/** Ends a manager and what it started. Stopped first, it starts nothing more while its services are ended. */
export function endTree(daemon: number, others: readonly number[] = []): void {
  signal(daemon, 'SIGSTOP');
  for (const pid of [daemon, ...new Set([...childrenOf(daemon), ...others])]) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** What a file holds; empty where it is not there. */
export const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

export const pidsIn = (files: readonly string[]): readonly number[] =>
  files.map((file) => Number(textOf(file))).filter((pid) => Number.isInteger(pid) && pid > 1);

export function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Where the kernel tells (Linux); elsewhere the programs see themselves that their manager is gone. */
const childrenOf = (pid: number): readonly number[] =>
  textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
