import { z } from 'zod';
import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import { read } from '../core/command.ts';
import { ask, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { askEngine, type EngineDown, type EnginePlace } from '../services/engine-answer.ts';
import { engineInspect, type ContainerFacts } from '../services/engine-inspect.ts';
import type { InsideMount } from './inside-path.ts';

/** How a container of the image was made, as far as its init script minds. */
export interface ComfyuiContainer {
  readonly name: string;
  readonly status: string;
  readonly pid: number | null;
  /** Epoch seconds. */
  readonly startedAt: number | null;
  readonly clock: number | null;
  readonly mounts: readonly (InsideMount & { readonly kind: string })[];
  /** The image's own where compose has no `user:`. */
  readonly user: string;
  /** WANTED_UID, WANTED_GID, BASE_DIRECTORY, FORCE_CHOWN: no other variable is read. */
  readonly wanted: Readonly<Record<string, string>>;
  /** Ports of the node that lead to it, or all it listens on where it has the network of the node. */
  readonly ports: readonly number[];
  readonly onNodeNetwork: boolean;
  readonly securityOptions: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly addedCapabilities: readonly string[];
  readonly readOnlyRoot: boolean;
  /** Ids in it are other ids on the node: the engine runs without root, or maps them. */
  readonly mapsIds: boolean;
}

/** `unasked` is why its engine could not be asked. */
export type ContainerSeen =
  | { readonly state: 'undeclared' }
  | { readonly state: 'not there'; readonly mapsIds: boolean }
  | { readonly state: 'unasked'; readonly say: EngineDown['say'] }
  | { readonly state: 'there'; readonly container: ComfyuiContainer };

const wantedNames = ['WANTED_UID', 'WANTED_GID', 'BASE_DIRECTORY', 'FORCE_CHOWN'];

const hardeningSchema = z.object({
  HostConfig: z.object({
    SecurityOpt: z.array(z.string()).nullish(),
    CapDrop: z.array(z.string()).nullish(),
    CapAdd: z.array(z.string()).nullish(),
    ReadonlyRootfs: z.boolean().nullish(),
    UsernsMode: z.string().nullish(),
  }),
});
const engineSchema = z.object({ SecurityOptions: z.array(z.string()).nullish() });

/** The container that is declared. Errors: `OUTPUT_UNREADABLE`. */
export function* comfyuiContainer(storage: ComfyuiStorage, become?: 'sudo'): Asking<ContainerSeen> {
  const { container: name, server } = storage;
  if (name === undefined) return { state: 'undeclared' };
  const place: EnginePlace = { server, become };
  const [answer] = yield* engineInspect(place, [name], wantedNames);
  if (answer === undefined || !answer.reachable) return { state: 'unasked', say: answer?.say ?? '' };
  const engine = yield* askEngine(place, '/info', engineSchema);
  const options = (engine.reachable ? engine.value?.SecurityOptions : undefined) ?? [];
  const mapped = options.some((option) => /name=(?:rootless|userns)\b/.test(option));
  if (answer.value === null) return { state: 'not there', mapsIds: mapped };
  const hardening = yield* askEngine(place, `/containers/${encodeURIComponent(name)}/json`, hardeningSchema);
  const host = hardening.reachable ? hardening.value?.HostConfig : undefined;
  return {
    state: 'there',
    container: {
      ...told(answer.value),
      clock: answer.clock,
      wanted: { ...answer.value.env, ...(yield* overriding(answer.value, become)) },
      securityOptions: host?.SecurityOpt ?? [],
      droppedCapabilities: host?.CapDrop ?? [],
      addedCapabilities: host?.CapAdd ?? [],
      readOnlyRoot: host?.ReadonlyRootfs ?? false,
      mapsIds: mapped && host?.UsernsMode !== 'host',
    },
  };
}

const told = ({ name, status, pid, startedAt, mounts, user, ports, networkMode }: ContainerFacts) => ({
  name,
  status,
  pid,
  startedAt,
  user,
  mounts: mounts.map(({ type, source, destination, writable }) => ({
    inside: destination,
    path: type === 'tmpfs' || source === '' ? null : source,
    writable,
    kind: type,
  })),
  ports: ports.map(({ hostPort }) => hostPort),
  onNodeNetwork: networkMode === 'host',
});

const config = '/comfyui-nvidia_config.sh';

/** A file that was mounted over the image's own is read first by its init script, and wins over the environment. */
function* overriding({ mounts }: ContainerFacts, become?: 'sudo'): Asking<Readonly<Record<string, string>>> {
  const own = mounts.find(({ destination }) => destination === config);
  if (own === undefined) return {};
  const text = fileTextIfAny(yield* ask(read(own.source, { bytes: 16_384, become, hidden: true })));
  const line = /^\s*(?:export\s+)?([A-Z_]+)=(["']?)([^"'\s$`]*)\2\s*(?:#.*)?$/gm;
  const found = [...(text ?? '').matchAll(line)].map(([, name = '', , value = '']) => [name, value] as const);
  return Object.fromEntries(found.filter(([name]) => wantedNames.includes(name)));
}
