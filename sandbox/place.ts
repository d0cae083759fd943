import type { Machine } from './machine.ts';
import type { ServiceHost } from './service-host.ts';
import type { Room } from './sftp-requests.ts';

/** Everything of a sandbox that a program of it, a fault or the fleet file names. */
export interface Place {
  readonly folder: string;
  readonly programs: string;
  /** The node's copy of the model, and the whole one at the place that it came from, with its size. */
  readonly model: string;
  readonly wholeModel: string;
  readonly modelBytes: number;
  /** What the worker reads when it starts. */
  readonly workerEnv: string;
  /** The module that the api loads. */
  readonly app: string;
  readonly ports: Readonly<Record<'api' | 'llama' | 'ollama', number>>;
  readonly machine: Machine;
  /** What runs the services; undefined where the fault needs none. */
  readonly host: ServiceHost | undefined;
  /** The room on the filesystem of a path, where a fault has the node tell another than this machine. */
  room?: (path: string) => Promise<Room>;
}

/** Errors: for a sandbox without services. */
export function hostOf({ host }: Place): ServiceHost {
  if (host === undefined) throw new Error('This sandbox has no services.');
  return host;
}
