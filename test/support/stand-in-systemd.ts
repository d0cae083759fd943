import { capture } from '../../src/core/capture.ts';
import type { Ask, Reply } from '../../src/core/command.ts';
import type { Asking } from '../../src/core/probe.ts';

/** A node with systemd as a test wants it. */
export interface StandInSystemd {
  /** `active (running) 42`: state, substate and process of each unit; null where systemd does not answer. */
  readonly units: Readonly<Record<string, string>> | null;
  /** When each process started, and the one above it. */
  readonly starts?: Readonly<Record<number, number>>;
  readonly parents?: Readonly<Record<number, number>>;
  readonly boot?: string;
}

/** Puts questions to it. */
export function lookAt<T>(node: StandInSystemd, asking: Asking<T>): T {
  let turn = asking.next();
  while (turn.done !== true) turn = asking.next(turn.value.map(({ ask }) => answer(node, ask)));
  return turn.value;
}

const timed = { at: 0, ms: 0 };
const printed = (stdout: string, exitCode = 0): Reply => ({
  exitCode,
  signal: null,
  stdout: capture(exitCode === 0 ? stdout : ''),
  stderr: capture(exitCode === 0 ? '' : stdout),
  ...timed,
});

function answer({ units, starts = {}, parents = {}, boot = 'boot-1' }: StandInSystemd, ask: Ask): Reply {
  if (ask.kind === 'exec' && ask.words[0] === 'ps') {
    const rows = Object.keys(starts).map((pid) => `${pid} ${parents[Number(pid)] ?? 1} root Ss 10 100 - program`);
    return printed(`1 0 root Ss 10 100 - init\n${rows.join('\n')}\n`);
  }
  if (ask.kind === 'exec') {
    if (units === null) return printed('Failed to connect to bus: Host is down\n', 1);
    const wanted = ask.words.slice(ask.words.lastIndexOf('--') + 1);
    return printed(wanted.map((unit) => shown(units[unit])).join('\n'));
  }
  if (ask.kind !== 'read') throw new Error(`nothing answers a ${ask.kind}`);
  const pid = Number(/^\/proc\/(\d+)\/stat$/.exec(ask.path)?.[1] ?? 0);
  const known = pid === 0 ? undefined : starts[pid];
  if (pid !== 0 && known === undefined) return { ok: false, errno: 'ENOENT', message: 'no such file', ...timed };
  const text =
    pid !== 0
      ? `${pid} (program) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${known} 0 0\n`
      : ask.path === '/proc/uptime'
        ? '100.00 1.00\n'
        : `${boot}\n`;
  const bytes = new TextEncoder().encode(text);
  return { ok: true, bytes, offset: 0, size: bytes.length, ...timed };
}

function shown(said: string | undefined): string {
  const [, active = '', sub = '', pid = '0'] = /^(\S+) \((\S+)\) ?(\d*)$/.exec(said ?? 'inactive (dead)') ?? [];
  const load = said === undefined ? 'not-found' : 'loaded';
  return `LoadState=${load}\nActiveState=${active}\nSubState=${sub}\nMainPID=${pid || 0}\nActiveEnterTimestampMonotonic=1000000\n`;
}
