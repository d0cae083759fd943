import { askAll, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { inspectSchema, type Inspected } from './engine-inspect-json.ts';
import { engineAsleep, engineQuestion, engineRead, type EngineAnswer, type EnginePlace } from './engine-answer.ts';

/** One container, as its engine describes it. Times are epoch seconds; null is "never", "none" or "not told". */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly status: string;
  readonly pid: number | null;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Why it could not be started; empty where it could. */
  readonly error: string;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly restarts: number;
  /** `no`, `always`, `unless-stopped` or `on-failure`; with how many starts it is given up. */
  readonly restartPolicy: { readonly name: string; readonly most: number };
  readonly health: ContainerHealth | null;
  readonly image: string;
  readonly imageId: string | null;
  readonly ports: readonly PublishedPort[];
  readonly mounts: readonly ContainerMount[];
  readonly devices: readonly { readonly host: string; readonly container: string; readonly permissions: string }[];
  /** `count` -1 is all of them. */
  readonly deviceRequests: readonly {
    readonly driver: string;
    readonly count: number;
    readonly ids: readonly string[];
    readonly capabilities: readonly string[];
  }[];
  readonly runtime: string | null;
  /** `host`, `none`, `bridge`, `container:ID`, or the name of a network. */
  readonly networkMode: string;
  readonly networks: readonly { readonly name: string; readonly address: string | null }[];
  /** As it was set: a name or number; empty is the one of its image, mostly root. */
  readonly user: string;
  readonly tty: boolean;
  readonly stopSeconds: number;
  readonly memoryLimitBytes: number | null;
  readonly shmBytes: number | null;
  readonly logDriver: string | null;
  /** Of its environment only what was asked for by name. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ContainerHealth {
  /** `starting`, `healthy` or `unhealthy`. */
  readonly status: string;
  readonly failingStreak: number;
  readonly lastExitCode: number | null;
  /** The last line of what its last check printed. */
  readonly lastLine: string | null;
  readonly lastAt: number | null;
}

export interface ContainerMount {
  /** `bind`, `volume` or `tmpfs`. */
  readonly type: string;
  readonly name: string | null;
  readonly source: string;
  readonly destination: string;
  readonly writable: boolean;
  /** `rprivate`, `rslave`, `rshared`; empty for volumes. */
  readonly propagation: string;
}

export interface PublishedPort {
  readonly port: number;
  readonly protocol: string;
  readonly hostIp: string;
  readonly hostPort: number;
}

/** Source: Docker gives ten seconds where a container names no other. */
const usualStopSeconds = 10;

/**
 * Several containers in one round, in their order; of their environments only what is `wanted` by name.
 *
 * Errors: `OUTPUT_UNREADABLE`.
 */
export function* engineInspect(
  place: EnginePlace,
  ids: readonly string[],
  wanted: readonly string[] = [],
): Asking<readonly EngineAnswer<ContainerFacts>[]> {
  const asleep = yield* engineAsleep(place);
  if (asleep !== undefined) return ids.map(() => asleep);
  const replies = yield* askAll(
    ids.map((id) => engineQuestion(place, `/containers/${encodeURIComponent(id)}/json`, 1_048_576)),
  );
  return replies.map((reply) => {
    const answer = engineRead(reply, place, inspectSchema);
    if (!answer.reachable) return answer;
    return { ...answer, value: answer.value === null ? null : factsOf(answer.value, wanted) };
  });
}

function factsOf(it: Inspected, wanted: readonly string[]): ContainerFacts {
  const { State: state, HostConfig: host, Config: config } = it;
  return {
    id: it.Id,
    name: it.Name?.replace(/^\//, '') ?? it.Id.slice(0, 12),
    status: state.Status,
    pid: state.Pid || null,
    exitCode: state.ExitCode ?? 0,
    oomKilled: state.OOMKilled ?? false,
    error: clean(state.Error ?? ''),
    startedAt: secondsOf(state.StartedAt),
    finishedAt: secondsOf(state.FinishedAt),
    restarts: it.RestartCount ?? 0,
    restartPolicy: {
      name: host.RestartPolicy?.Name || 'no',
      most: host.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    health: healthOf(state.Health),
    image: config.Image ?? '',
    imageId: it.Image ?? null,
    ports: portsOf(it.NetworkSettings.Ports ?? {}),
    mounts: (it.Mounts ?? []).map((mount) => ({
      type: mount.Type,
      name: mount.Name ?? null,
      source: mount.Source ?? '',
      destination: mount.Destination,
      writable: mount.RW ?? true,
      propagation: mount.Propagation ?? '',
    })),
    devices: (host.Devices ?? []).map((device) => ({
      host: device.PathOnHost,
      container: device.PathInContainer,
      permissions: device.CgroupPermissions ?? '',
    })),
    deviceRequests: (host.DeviceRequests ?? []).map((request) => ({
      driver: request.Driver ?? '',
      count: request.Count ?? 0,
      ids: request.DeviceIDs ?? [],
      capabilities: (request.Capabilities ?? []).flat(),
    })),
    runtime: host.Runtime ?? null,
    networkMode: host.NetworkMode ?? '',
    networks: Object.entries(it.NetworkSettings.Networks ?? {}).map(([name, network]) => ({
      name,
      address: network.IPAddress || null,
    })),
    user: config.User ?? '',
    tty: config.Tty ?? false,
    stopSeconds: config.StopTimeout ?? usualStopSeconds,
    memoryLimitBytes: host.Memory || null,
    shmBytes: host.ShmSize || null,
    logDriver: host.LogConfig?.Type ?? null,
    env: wantedOf(config.Env ?? [], wanted),
  };
}

/** Engines write "never" as the first second of year 1. */
function secondsOf(time: string | null | undefined): number | null {
  const seconds = Date.parse(time ?? '') / 1_000;
  return Number.isNaN(seconds) || seconds <= 0 ? null : seconds;
}

function healthOf(health: Inspected['State']['Health']): ContainerHealth | null {
  if (!health?.Status || health.Status === 'none') return null;
  const last = health.Log?.at(-1);
  const lines = clean(last?.Output ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return {
    status: health.Status,
    failingStreak: health.FailingStreak ?? 0,
    lastExitCode: last?.ExitCode ?? null,
    lastLine: lines.at(-1)?.slice(0, 300) ?? null,
    lastAt: secondsOf(last?.End),
  };
}

const portsOf = (ports: NonNullable<Inspected['NetworkSettings']['Ports']>): readonly PublishedPort[] =>
  Object.entries(ports).flatMap(([name, bindings]) => {
    const [port = '', protocol = 'tcp'] = name.split('/');
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      port: Number(port),
      protocol,
      hostIp: HostIp,
      hostPort: Number(HostPort),
    }));
  });

/** The last of two of the same name is what a container gets. */
const wantedOf = (env: readonly string[], wanted: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    env.flatMap((entry) => {
      const at = entry.indexOf('=');
      const name = entry.slice(0, at);
      return at > 0 && wanted.includes(name) ? [[name, entry.slice(at + 1)]] : [];
    }),
  );
