import { unitOf, type Service } from '../core/service.ts';
import { treeOf, type Process } from '../probes/processes.ts';
import type { ServiceCgroup } from '../probes/service-cgroups.ts';
import type { OomKill } from './oom-kills.ts';

/** A declared service, as far as it tells whether a killed process was one of its own. */
export interface Suspect {
  readonly service: Service;
  readonly names: ReadonlySet<string>;
  readonly pid: number | null;
  readonly group: string | null;
  readonly kills: number | null;
  /** Seconds since boot. */
  readonly startedAt: number | null;
}

/** The kernel keeps 15 characters of a name. */
const nameLength = 15;

const namesOfKind: Readonly<Partial<Record<Service['kind'], readonly string[]>>> = {
  llama: ['llama-server'],
  ollama: ['ollama', 'llama-server', 'ollama_llama_server'],
};

export function suspect(
  service: Service,
  cgroups: readonly ServiceCgroup[],
  processes: readonly Process[],
  uptimeSeconds: number,
): Suspect {
  const state = cgroups.find(({ unit }) => unit === unitOf(service));
  const tree = state?.pid == null ? [] : treeOf(processes, state.pid);
  // A script is named after itself or after what interprets it.
  const seen = tree.flatMap(({ args }) => args.split(' ').slice(0, 2).map(baseName));
  const declared = [service.name, baseName(unitOf(service).replace(/^.*:/, '')), ...(namesOfKind[service.kind] ?? [])];
  return {
    service,
    names: new Set([...seen, ...declared].map((name) => name.slice(0, nameLength)).filter(Boolean)),
    pid: state?.pid ?? null,
    group: state?.path ?? null,
    kills: state?.kills ?? null,
    startedAt: state?.uptimeSeconds == null ? null : uptimeSeconds - state.uptimeSeconds,
  };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const isOwnGroup = (group: string | null, kill: OomKill): boolean =>
  group !== null && group !== '/' && kill.group !== null;

/** A manager that restarts does it within this many seconds. */
const restartWithin = 60;

/**
 * Whose process was killed: none of the declared services, one, or one of several that look alike.
 *
 * The control group decides where it tells services apart; then the name; then which one was started right after.
 */
export function ownersOf(kill: OomKill, suspects: readonly Suspect[]): readonly Suspect[] {
  const possible = suspects.filter(({ group }) => {
    // The root is every process's group, and a container sees itself there.
    if (group === null || group === '/' || kill.group === null) return true;
    return kill.group === group || kill.group.startsWith(`${group}/`);
  });
  // A unit and a container have a group of their own; what supervisord and pm2 start shares one with them.
  const unit = possible.find(
    ({ service: { manager }, group }) => (manager === 'systemd' || manager === 'compose') && isOwnGroup(group, kill),
  );
  if (unit !== undefined) return [unit];
  const named = possible.filter(({ names }) => names.has(kill.name.slice(0, nameLength)));
  if (named.length < 2) return named;
  const after = named.filter(({ startedAt }) => {
    const gap = startedAt === null || kill.at === null ? Number.NaN : startedAt - kill.at;
    return gap > -2 && gap <= restartWithin;
  });
  return after.length === 1 ? after : named;
}
