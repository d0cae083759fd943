import { read, stat, type ReadFound, type FileTrouble } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileText, fileTextIfAny } from '../core/reply.ts';

/** Which machine, which boot, and how its clock stands. Source: proc(5). */
export interface Identity {
  readonly bootId: string;
  readonly uptimeSeconds: number;
  readonly hostname: string | null;
  readonly kernel: string | null;
  /** The program that runs as pid 1. */
  readonly init: string | null;
  /** What kind of container this is; null where nothing says that it is one. */
  readonly container: string | null;
  /** The node's clock, in seconds since 1970; null where the kernel does not tell. */
  readonly epochSeconds: number | null;
  /** How far the node's clock is ahead of the clock here, negative when behind. */
  readonly clockAheadSeconds: number | null;
  /** The true difference lies within this much of `clockAheadSeconds`. */
  readonly clockUncertaintySeconds: number;
}

/** What does not change during a boot need not be asked in every look; no node boots faster than this. */
const freshMs = 10_000;

export const identity = defineProbe({
  name: 'node.identity',
  summary: 'Boot id, uptime, kernel, pid 1, container or host, and the clock',
  *steps() {
    const [bootId, uptime, kernelStat, hostname, kernel, init, cgroup, docker, podman, kubernetes] = yield* askAll([
      read('/proc/sys/kernel/random/boot_id', { bytes: 64 }),
      read('/proc/uptime', { bytes: 128 }),
      // The line of interest stands behind one counter per interrupt, of which large machines have thousands.
      read('/proc/stat', { bytes: 131_072, freshMs }),
      read('/proc/sys/kernel/hostname', { bytes: 256, freshMs }),
      read('/proc/sys/kernel/osrelease', { bytes: 256, freshMs }),
      read('/proc/1/comm', { bytes: 64, freshMs }),
      read('/proc/1/cgroup', { bytes: 4096, freshMs }),
      stat('/.dockerenv', { freshMs }),
      stat('/run/.containerenv', { freshMs }),
      stat('/run/secrets/kubernetes.io', { freshMs }),
    ] as const);
    const marks = { docker: docker.ok, podman: podman.ok, kubernetes: kubernetes.ok };
    const uptimeSeconds = Number(/^(\d+(?:\.\d+)?)\s/.exec(fileText(uptime, '/proc/uptime'))?.[1] ?? Number.NaN);
    if (Number.isNaN(uptimeSeconds)) throw new OpsError('OUTPUT_UNREADABLE', '/proc/uptime holds no number');
    return {
      bootId: fileText(bootId, '/proc/sys/kernel/random/boot_id').trim(),
      uptimeSeconds,
      hostname: word(hostname),
      kernel: word(kernel),
      init: word(init),
      container: containerOf(marks, fileTextIfAny(cgroup) ?? ''),
      ...clock(fileTextIfAny(kernelStat), uptimeSeconds, uptime),
    } satisfies Identity;
  },
});

const word = (reply: ReadFound | FileTrouble): string | null => fileTextIfAny(reply)?.trim() ?? null;

function containerOf(marks: Record<'docker' | 'podman' | 'kubernetes', boolean>, cgroup: string): string | null {
  if (marks.kubernetes || cgroup.includes('kubepods')) return 'kubernetes';
  if (marks.podman || cgroup.includes('libpod')) return 'podman';
  if (marks.docker || /\/docker[/-]/.test(cgroup)) return 'docker';
  return /\/(lxc|containerd)/.exec(cgroup)?.[1] ?? null;
}

type Clock = Pick<Identity, 'epochSeconds' | 'clockAheadSeconds' | 'clockUncertaintySeconds'>;

/** The kernel gives the boot time in whole seconds, cut off: half a second is added and stays uncertain. */
function clock(kernelStat: string | undefined, uptimeSeconds: number, { at, ms }: { at: number; ms: number }): Clock {
  const bootedAt = /^btime (\d+)$/m.exec(kernelStat ?? '')?.[1];
  const clockUncertaintySeconds = hundredths(0.5 + ms / 2_000);
  if (bootedAt === undefined) return { epochSeconds: null, clockAheadSeconds: null, clockUncertaintySeconds };
  const epochSeconds = hundredths(Number(bootedAt) + 0.5 + uptimeSeconds);
  const here = (at - ms / 2) / 1_000;
  return { epochSeconds, clockAheadSeconds: hundredths(epochSeconds - here), clockUncertaintySeconds };
}

const hundredths = (seconds: number): number => Math.round(seconds * 100) / 100;
