import { captured } from '../core/capture.ts';
import { list, run, stat } from '../core/command.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';

type Become = 'sudo' | undefined;

const mostFds = 256;
const socketOf = (link: string | undefined): string | undefined => /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1];

/**
 * The sockets that some processes hold, by the links in /proc/PID/fd, so that no program is started; null where the login
 * user may not look at the files of one. Source: proc(5).
 */
export function* socketsOf(pids: readonly number[], become: Become): Asking<readonly string[] | null> {
  if (pids.length === 0) return [];
  const folders = yield* askAll(pids.map((pid) => list(`/proc/${pid}/fd`, { become })));
  if (folders.some((folder) => !folder.ok && folder.errno === 'EACCES')) return null;
  const paths = folders.flatMap((folder, index) =>
    folder.ok ? folder.entries.slice(0, mostFds).map(({ name }) => `/proc/${pids[index]}/fd/${name}`) : [],
  );
  const links = paths.length === 0 ? [] : yield* askAll(paths.map((path) => stat(path, { become })));
  return [...new Set(links.flatMap(({ link }) => socketOf(link) ?? []))];
}

// ss does the same and is missing in slim images; this runs wherever there is a shell.
const script = `ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E '^/proc/|socket:\\[('"$1"')\\]$' | grep -B1 -F 'socket:['
`;

/**
 * Who holds sockets that the one we know does not, by inode.
 *
 * A program, because it looks at all processes: put only where a port is in other hands. Files of other users are seen
 * by root alone.
 */
export function* holdersOf(
  inodes: readonly string[],
  become: Become,
): Asking<Readonly<Record<string, readonly number[]>>> {
  const words = ['sh', '-s', '--', inodes.join('|')] as const;
  const reply = yield* ask(run(words, { stdin: script, bytes: 65_536, become }));
  const holders = new Map<string, Set<number>>();
  let pid = 0;
  for (const line of captured(reply.stdout).split('\n')) {
    pid = Number(/^\/proc\/(\d+)\/fd:$/.exec(line)?.[1] ?? pid);
    const inode = socketOf(/ -> (\S+)$/.exec(line)?.[1]);
    if (inode !== undefined && pid > 0) holders.set(inode, (holders.get(inode) ?? new Set()).add(pid));
  }
  return Object.fromEntries([...holders].map(([inode, pids]) => [inode, [...pids]]));
}
