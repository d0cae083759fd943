import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Extra } from './apps.ts';
import type { Fault } from './fault.ts';
import { hostOf, type Place } from './place.ts';

interface Login {
  readonly port: number;
  readonly user: string;
  readonly identity: string;
  readonly knownHosts: string;
}

interface Wanted {
  readonly fault: Fault;
  /** Whether a person has to approve what is done. */
  readonly asks: boolean;
  readonly ownKernel: boolean;
}

/** The fleet file of the sandbox: one node with everything expected of it. */
export function fleetFile(
  place: Place,
  { port, user, identity, knownHosts }: Login,
  { fault, asks, ownKernel }: Wanted,
): string {
  const { thresholds = {}, simulated = [] } = fault;
  const node = {
    ssh: { host: '127.0.0.1', port, user, identity, agent: false, knownHosts },
    labels: { role: 'compute', site: 'sandbox' },
    gpus: 1,
    simulated: ['gpu', ...(ownKernel ? ['kernel log'] : []), ...simulated],
    // All of it has just been started, and how full or busy this machine happens to be is not what the sandbox shows.
    thresholds: {
      youngSeconds: 2,
      loadPerCpu: 1_000,
      diskDegradedPercent: 99.5,
      diskCriticalPercent: 100,
      memoryDegradedPercent: 1,
      memoryCriticalMiB: 16,
      ...thresholds,
    },
    commands: {
      'copy-model': {
        words: ['cp', place.wholeModel, place.model],
        files: [place.model],
        why: 'Copies the model from the store again.',
      },
    },
    services: place.host === undefined ? {} : servicesOf(place, fault),
  };
  // Whoever tries one change after another should not have to wait for minutes.
  const policy = {
    ...(!asks && { rules: [{ decide: 'allow', why: 'Nobody is there to be asked in a drill.' }] }),
    limits: { cooldownSeconds: 1, restartsPer30Min: 10, restartsPer7Days: 100 },
  };
  return stringify({ nodes: { sandbox: node }, policy });
}

function servicesOf(place: Place, { extra = [], declares }: Fault): Readonly<Record<string, object>> {
  const { programs, model, modelBytes, app, workerEnv, ports } = place;
  const managed = { ...hostOf(place).declared, quietSeconds: 3 };
  const more: Readonly<Record<Extra, object>> = {
    whisper: { kind: 'whisper', ...managed, gpu: true, startSeconds: 10 },
    ollama: { kind: 'ollama', ...managed, gpu: true, health: health(ports.ollama, '/api/version') },
  };
  const services: Readonly<Record<string, object>> = {
    llama: {
      kind: 'llama',
      ...managed,
      gpu: true,
      health: health(ports.llama, '/health', { status: 'ok' }),
      files: [join(programs, 'start-llama.sh')],
      models: [{ path: model, bytes: modelBytes, resync: 'copy-model' }],
      waitSeconds: 30,
    },
    api: {
      kind: 'api',
      ...managed,
      needs: ['llama'],
      files: [app],
      health: health(ports.api, '/health', { api: 'ok', llama: 'ok' }),
    },
    worker: { kind: 'worker', ...managed, needs: ['llama'], editable: [workerEnv] },
    ...Object.fromEntries(extra.map((name) => [name, more[name]])),
  };
  const added = declares?.(place) ?? {};
  return Object.fromEntries(Object.entries(services).map(([name, service]) => [name, { ...service, ...added[name] }]));
}

const health = (port: number, path: string, expect?: Record<string, string>) => [
  { url: `http://127.0.0.1:${port}${path}`, ...(expect && { expect }) },
];
