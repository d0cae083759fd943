import { stringify } from 'yaml';

export interface FleetFileInput {
  readonly port: number;
  readonly user: string;
  readonly identity: string;
  readonly knownHosts: string;
  readonly pm2Home: string;
  readonly folder: string;
  readonly model: string;
  /** The place that the node's copy of the model came from, and its size. */
  readonly wholeModel: string;
  readonly bytes: number;
  readonly startScript: string;
  /** What the worker reads when it starts. */
  readonly workerEnv: string;
  /** The module that the api loads. */
  readonly app: string;
  /** Whether a person has to approve what is done. */
  readonly asks: boolean;
  readonly apiPort: number;
  readonly llamaPort: number;
}

/** The fleet file of the sandbox: one node with everything expected of it. */
export function fleetFile(input: FleetFileInput): string {
  const underPm2 = { manager: 'pm2', home: input.pm2Home, quietSeconds: 3 };
  const node = {
    ssh: {
      host: '127.0.0.1',
      port: input.port,
      user: input.user,
      identity: input.identity,
      agent: false,
      knownHosts: input.knownHosts,
    },
    labels: { role: 'compute', site: 'sandbox' },
    gpus: 1,
    simulated: ['gpu'],
    // All of it has just been started, and how full or busy this machine happens to be is not what the sandbox shows.
    thresholds: {
      youngSeconds: 2,
      loadPerCpu: 1_000,
      diskDegradedPercent: 99.5,
      diskCriticalPercent: 100,
      memoryDegradedPercent: 1,
      memoryCriticalMiB: 16,
    },
    commands: {
      'copy-model': {
        words: ['cp', input.wholeModel, input.model],
        files: [input.model],
        why: 'Copies the model from the store again.',
      },
    },
    services: {
      llama: {
        kind: 'llama',
        ...underPm2,
        gpu: true,
        health: health(input.llamaPort, { status: 'ok' }),
        files: [input.startScript],
        models: [{ path: input.model, bytes: input.bytes, resync: 'copy-model' }],
        waitSeconds: 30,
      },
      api: {
        kind: 'api',
        ...underPm2,
        needs: ['llama'],
        files: [input.app],
        health: health(input.apiPort, { api: 'ok', llama: 'ok' }),
      },
      worker: { kind: 'worker', ...underPm2, needs: ['llama'], editable: [input.workerEnv] },
    },
  };
  // Whoever tries one change after another should not have to wait for minutes.
  const policy = {
    ...(!input.asks && { rules: [{ decide: 'allow', why: 'Nobody is there to be asked in a drill.' }] }),
    limits: { cooldownSeconds: 1, restartsPer30Min: 10, restartsPer7Days: 100 },
  };
  return stringify({ nodes: { sandbox: node }, policy });
}

const health = (port: number, expect: Record<string, string>) => [{ url: `http://127.0.0.1:${port}/health`, expect }];
