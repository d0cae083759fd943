import { stringify } from 'yaml';

export interface FleetFileInput {
  readonly port: number;
  readonly user: string;
  readonly identity: string;
  readonly knownHosts: string;
  readonly pm2Home: string;
  readonly folder: string;
  readonly model: string;
  readonly startScript: string;
  /** What the worker reads when it starts. */
  readonly workerEnv: string;
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
    mounts: [input.folder],
    // All of it has just been started, and how full this machine happens to be is not what the sandbox shows.
    thresholds: {
      youngSeconds: 2,
      diskDegradedPercent: 99.5,
      diskCriticalPercent: 100,
      memoryDegradedPercent: 1,
      memoryCriticalMiB: 16,
    },
    services: {
      llama: {
        kind: 'llama',
        ...underPm2,
        gpu: true,
        health: health(input.llamaPort, { status: 'ok' }),
        files: [input.startScript],
        models: [{ path: input.model }],
      },
      api: { kind: 'api', ...underPm2, needs: ['llama'], health: health(input.apiPort, { api: 'ok', llama: 'ok' }) },
      worker: { kind: 'worker', ...underPm2, needs: ['llama'], editable: [input.workerEnv] },
    },
  };
  // Whoever tries one change after another should not have to wait for minutes.
  const policy = { limits: { cooldownSeconds: 1, restartsPer30Min: 10, restartsPer7Days: 100 } };
  return stringify({ nodes: { sandbox: node }, policy });
}

const health = (port: number, expect: Record<string, string>) => [{ url: `http://127.0.0.1:${port}/health`, expect }];
