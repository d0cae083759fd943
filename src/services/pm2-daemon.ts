import { read, stat, type FileTrouble, type ReadFound, type StatFound } from '../core/command.ts';
import { ask, askAll, type Asking, inStep } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { ManagerAnswer, ManagerPlace } from '../core/service-manager.ts';

type Unreachable = Exclude<ManagerAnswer, { reachable: true }>;

/** A pm2 daemon that lives, or why there is none in this home. */
export type Pm2Daemon = { readonly home: string } & (
  | { readonly lives: true; readonly socket: string; readonly node: string }
  | { readonly lives: false; readonly answer: Unreachable }
);

/** Why pm2 itself is no way to find out. */
export const neverCalled = 'pm2 was not called, because that would start an empty daemon';
const mostHomes = 16;

/** The daemons of the declared home, of the user's home, or of all homes on the node. */
export function* pm2Daemons(place: ManagerPlace): Asking<readonly Pm2Daemon[]> {
  const homes = place.home === undefined ? yield* homesOf(place.user) : [place.home];
  return yield* inStep(homes.map((home) => daemonIn(home, place.become)));
}

/** pm2 keeps its things in ~/.pm2 unless told otherwise. Source: passwd(5); users that can log in, and root. */
function* homesOf(user: string | undefined): Asking<readonly string[]> {
  const reply = yield* ask(read('/etc/passwd', { bytes: 262_144, freshMs: 60_000 }));
  const rows = (fileTextIfAny(reply) ?? '').split('\n').map((row) => row.split(':'));
  const people = rows.filter(([name, , uid = '', , , , shell = '']) =>
    user === undefined ? uid === '0' || (Number(uid) >= 1000 && !/(?:nologin|false)$/.test(shell)) : name === user,
  );
  const homes = people.flatMap(([, , , , , home = '']) => (home.startsWith('/') ? [home] : []));
  const known = homes.length > 0 ? homes : [user === undefined || user === 'root' ? '/root' : `/home/${user}`];
  return [...new Set(known)].slice(0, mostHomes).map((home) => `${home === '/' ? '' : home}/.pm2`);
}

function* daemonIn(home: string, become: 'sudo' | undefined): Asking<Pm2Daemon> {
  const socket = `${home}/rpc.sock`;
  const none = (reason: Unreachable['reason'], say: string): Pm2Daemon => ({
    home,
    lives: false,
    answer: { reachable: false, reason, say },
  });
  const [there, pidFile] = yield* askAll([
    stat(socket, { become }),
    read(`${home}/pm2.pid`, { bytes: 32, become }),
  ] as const);
  if (!there.ok) {
    if (there.errno === 'EACCES') return none('denied', `the login user may not look into ${home}`);
    return none('absent', `no daemon runs for ${home}: ${socket} does not exist (${neverCalled})`);
  }
  const pid = Number(fileTextIfAny(pidFile)?.trim() || Number.NaN);
  if (!Number.isInteger(pid)) return none('stale', `${home}/pm2.pid names no process (${neverCalled})`);
  const [words, program] = yield* askAll([
    read(`/proc/${pid}/cmdline`, { bytes: 256, become }),
    stat(`/proc/${pid}/exe`, { become }),
  ] as const);
  if (!isPm2(words)) {
    return none('stale', `the daemon of ${home} is dead: process ${pid} is not a pm2 any more (${neverCalled})`);
  }
  return { home, lives: true, socket, node: nodeOf(program) };
}

/** pm2 renames its daemon: `PM2 v7.0.4: God Daemon (/root/.pm2)`. A pid that another program got since is not it. */
const isPm2 = (words: ReadFound | FileTrouble): boolean => fileTextIfAny(words)?.startsWith('PM2 v') === true;

/** The program that runs the daemon, where we may see it. */
const nodeOf = (program: StatFound | FileTrouble): string =>
  program.link?.startsWith('/') === true && !program.link.endsWith(' (deleted)') ? program.link : 'node';
