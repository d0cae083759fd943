import type { Poller } from '../probes/temporal-view.ts';
import type { QueueUser } from './temporal-users.ts';

/** How the pollers of a queue stand to the service that should be one of them. */
export type Standing =
  /** `wrongType`: how many poll the other half of the queue. */
  | { readonly is: 'nobody'; readonly wrongType: number }
  /** All call themselves `…@cpu`. */
  | { readonly is: 'cpu'; readonly pollers: readonly Poller[] }
  | { readonly is: 'others'; readonly pollers: readonly Poller[]; readonly wanted: string }
  /** The last poll is older than the service. */
  | { readonly is: 'before'; readonly seconds: number }
  | { readonly is: 'elsewhere'; readonly hosts: readonly string[]; readonly host: string }
  | { readonly is: 'seen'; readonly pollers: readonly Poller[]; readonly seconds: number | null };

interface Known {
  readonly service: QueueUser;
  /** Seconds since 1970, by the clock of the server where it told. */
  readonly now: number | null;
  readonly upSeconds: number | null;
  readonly hostname: string | null;
}

/** The clocks of server and node differ a little, and both tell whole seconds. */
const slackSeconds = 5;

/** A GPU worker takes activities; any other may poll either half. */
export function judgePollers(all: readonly Poller[], { service, now, upSeconds, hostname }: Known): Standing {
  const { gpu, temporal } = service;
  const offered = gpu ? all.filter(({ type }) => type === 'activity') : all;
  if (offered.length === 0) return { is: 'nobody', wrongType: all.length };
  const wanted = temporal.identity;
  const fitting = offered.filter(({ identity }) =>
    wanted === undefined ? !(gpu && isCpu(identity)) : holds(identity, wanted),
  );
  if (fitting.length === 0) {
    return gpu && offered.every(({ identity }) => isCpu(identity))
      ? { is: 'cpu', pollers: offered }
      : { is: 'others', pollers: offered, wanted: wanted ?? '' };
  }
  // An identity that is declared with more than the device in it tells this worker from those of other nodes.
  const isOwn = wanted !== undefined && !/^@?[gc]pu@?$/i.test(wanted);
  const here = isOwn ? fitting : fitting.filter(({ identity }) => mayBeOf(identity, hostname));
  if (here.length === 0) {
    const hosts = [...new Set(fitting.flatMap(({ identity }) => hostOf(identity) ?? []))];
    return { is: 'elsewhere', hosts, host: hostname ?? '' };
  }
  const seconds = newestAge(here, now);
  if (seconds !== null && upSeconds !== null && seconds > upSeconds + slackSeconds) return { is: 'before', seconds };
  return { is: 'seen', pollers: here, seconds };
}

/** `@gpu` is the end of `node-7@gpu`; in `4711@gpu-node-7` it is only how the name of a host begins. */
const holds = (identity: string, wanted: string): boolean =>
  identity.split(wanted).some((rest, index) => index > 0 && !(/\w$/.test(wanted) && /^[\w-]/.test(rest)));

const isCpu = (identity: string): boolean => /(?:^|@)cpu(?:@|$)/i.test(identity);

function newestAge(pollers: readonly Poller[], now: number | null): number | null {
  const times = pollers.flatMap(({ lastAccess }) => lastAccess ?? []);
  return times.length === 0 || now === null ? null : Math.max(0, now - Math.max(...times));
}

function mayBeOf(identity: string, hostname: string | null): boolean {
  const host = hostOf(identity);
  return host === undefined || hostname === null || short(host) === short(hostname);
}

const short = (host: string): string => host.toLowerCase().replace(/\..*$/, '');

/**
 * The host that an identity names: `pid@host` (Python SDK), `pid@host@` (Go and TypeScript), `host@gpu`, `gpu@host`.
 * Undefined for other forms, and for the twelve hexadecimal digits that a container calls itself.
 */
function hostOf(identity: string): string | undefined {
  const forms = [/^\d+@([^@]+)@?$/, /^([^@]+)@[gc]pu$/i, /^[gc]pu@([^@]+)$/i];
  const host = forms.map((form) => form.exec(identity)?.[1]).find((found) => found !== undefined);
  return host === undefined || /^[0-9a-f]{12}$/.test(host) ? undefined : host;
}
