import { read } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, askAll, defineProbe } from '../core/probe.ts';
import { fileNumber, fileText, fileTextIfAny } from '../core/reply.ts';

/** A network interface with a wire, or what a container has in place of one. */
export interface Interface {
  readonly name: string;
  /** As the kernel says: up, down, dormant, unknown. */
  readonly state: string;
  /** Whoever set it up wants it to run. */
  readonly wanted: boolean;
  /** It had a link at some time in this boot; null where the kernel does not count. */
  readonly wasUp: boolean | null;
  /** Since boot, both ways. */
  readonly packets: number;
  readonly errors: number;
}

const most = 16;
/** Bridges, tunnels and the host's ends of containers. */
const made =
  /^(?:lo|veth|docker|br-|virbr|cni|flannel|cali|cilium|lxc|tun|tap|wg|ifb|dummy|vnet|kube|podman|nerdctl|tailscale|zt|sit|ip6|gre|erspan)/;

export const interfaces = defineProbe({
  name: 'net.interfaces',
  summary: 'Links and error counters of the network interfaces',
  *steps() {
    const rows = fileText(yield* ask(read('/proc/net/dev')), '/proc/net/dev')
      .split('\n')
      .flatMap((line) => rowOf(line) ?? []);
    if (rows.length === 0) throw new OpsError('OUTPUT_UNREADABLE', '/proc/net/dev names no interface');
    const real = rows.filter(({ name }) => !made.test(name)).slice(0, most);
    if (real.length === 0) return [];
    const replies = yield* askAll(
      real.flatMap(({ name }) =>
        ['operstate', 'flags', 'carrier_up_count'].map((file) => read(`/sys/class/net/${name}/${file}`, { bytes: 64 })),
      ),
    );
    return real.map((row, index): Interface => {
      const [state, flags, ups] = replies.slice(3 * index, 3 * index + 3);
      const carried = ups === undefined ? null : fileNumber(ups);
      return {
        ...row,
        state: (state && fileTextIfAny(state)?.trim()) || 'unknown',
        wanted: (Number((flags && fileTextIfAny(flags)?.trim()) || 0) & 1) === 1,
        wasUp: carried === null ? null : carried > 0,
      };
    });
  },
});

function rowOf(line: string): Pick<Interface, 'name' | 'packets' | 'errors'> | undefined {
  const [, name, counters = ''] = /^\s*([^\s:/]+):\s*(\d[\d\s]*)$/.exec(line) ?? [];
  const [, received, badIn, , , , , , , sent, badOut] = counters.trim().split(/\s+/).map(Number);
  if (name === undefined || badOut === undefined) return undefined;
  return { name, packets: (received ?? 0) + (sent ?? 0), errors: (badIn ?? 0) + badOut };
}
