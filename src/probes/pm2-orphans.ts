import { list, read } from '../core/command.ts';
import { askAll, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { pm2Daemons } from '../services/pm2-daemon.ts';
import { processes } from './processes.ts';

/** A process that pm2 wrote down as its app and that no pm2 daemon has below it. */
export interface Orphan {
  readonly home: string;
  /** The app as pm2 names it in the file, blanks as hyphens. */
  readonly app: string;
  readonly pid: number;
  readonly parent: number;
  readonly user: string;
  readonly ageSeconds: number | null;
  readonly args: string;
  /** When pm2 wrote its number down, in epoch ms of the node: a process that began at another time is not it. */
  readonly writtenMs: number;
}

const mostFiles = 64;

/** pm2 leaves pids/APP-ID.pid behind when its daemon dies, and a fresh daemon does not look there. Recorded with 7.0.4. */
export const pm2Orphans = defineProbe({
  name: 'manager.orphans',
  summary: 'Apps of pm2 that run without a pm2 daemon above them',
  *steps({ place }: { readonly place: ManagerPlace }): Asking<readonly Orphan[]> {
    const homes = (yield* pm2Daemons(place)).map(({ home }) => home);
    const files = (yield* inStep(homes.map((home) => pidFiles(home, place.become)))).flat();
    if (files.length === 0) return [];
    const { list: all } = yield* processes.steps({});
    return files.flatMap((file) => {
      const found = all.find(({ pid }) => pid === file.pid);
      const parent = all.find(({ pid }) => pid === found?.parent);
      if (found === undefined || found.state === 'Z' || parent?.args.startsWith('PM2 v') === true) return [];
      const { user, ageSeconds, args } = found;
      return [{ ...file, parent: found.parent, user, ageSeconds, args: args.slice(0, 200) }];
    });
  },
});

function* pidFiles(
  home: string,
  become: 'sudo' | undefined,
): Asking<readonly Pick<Orphan, 'home' | 'app' | 'pid' | 'writtenMs'>[]> {
  const [folder] = yield* askAll([list(`${home}/pids`, { become })] as const);
  const entries = folder.ok ? folder.entries.filter(({ name }) => /-\d+\.pid$/.test(name)).slice(0, mostFiles) : [];
  if (entries.length === 0) return [];
  const replies = yield* askAll(entries.map(({ name }) => read(`${home}/pids/${name}`, { bytes: 32, become })));
  return entries.flatMap(({ name, mtimeMs }, index) => {
    const reply = replies[index];
    const pid = Number(reply === undefined ? Number.NaN : (fileTextIfAny(reply)?.trim() ?? Number.NaN));
    if (!Number.isInteger(pid) || pid <= 1) return [];
    return [{ home, app: name.replace(/-\d+\.pid$/, ''), pid, writtenMs: mtimeMs }];
  });
}
