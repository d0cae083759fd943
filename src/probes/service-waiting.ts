import { defineProbe, inStep, type Asking } from '../core/probe.ts';
import type { LogText, ServiceState } from '../core/service-manager.ts';
import { health, type HealthInput } from './health.ts';
import { listeners } from './listeners.ts';
import type { Process } from './processes.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceProcesses, type ServiceInput } from './service-processes.ts';

export interface WaitingInput extends ServiceInput {
  /** False for a service that waits for nothing: then nothing is asked. */
  readonly mayWait: boolean;
  readonly ports: readonly number[];
  /** What it answers once it serves: a question that is asked anyway, while the ports are one more. */
  readonly health: readonly HealthInput[];
  readonly logs: readonly string[];
  readonly bytes: number;
}

/** A service that its manager says is up while nobody listens on any of its ports; null for every other. */
export type Waiting = {
  readonly state: ServiceState;
  readonly tree: readonly Process[];
  readonly logs: readonly LogText[];
} | null;

export const serviceWaiting = defineProbe({
  name: 'service.waiting',
  summary: 'What a service does that is started and listens on none of its ports',
  *steps({ mayWait, ports, health: urls, logs, bytes, ...service }: WaitingInput): Asking<Waiting> {
    if (!mayWait) return null;
    const answers = yield* inStep(urls.map((url) => health.steps(url)));
    if (answers.some(({ answered }) => answered)) return null;
    const all = ports.length === 0 ? [] : yield* listeners.steps({});
    if (all.some(({ port }) => ports.includes(port))) return null;
    const { state, tree } = yield* serviceProcesses.steps(service);
    if (state?.state !== 'running' && state?.state !== 'starting') return null;
    const { manager, place, unit } = service;
    return { state, tree, logs: yield* serviceLogs.steps({ manager, place, unit, logs, bytes }) };
  },
});
