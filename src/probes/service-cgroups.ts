import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { ManagerName } from '../core/service.ts';
import type { ManagerPlace, ServiceState } from '../core/service-manager.ts';
import { oomKillsIn } from './oom-counters.ts';
import { serviceStates } from './service-states.ts';

export interface ServiceCgroup {
  readonly unit: string;
  /** Null where it does not run, or its manager does not say. */
  readonly pid: number | null;
  readonly uptimeSeconds: number | null;
  /** Its control group for memory as the node names it; null where that can't be read. */
  readonly path: string | null;
  /** Processes that the kernel killed in it for lack of memory since the group was made. */
  readonly kills: number | null;
}

interface Input {
  readonly manager: ManagerName;
  readonly place: ManagerPlace;
  readonly units: readonly string[];
}

/** Files that any user may read. Source: cgroups(7), memory.events of version 2, memory.oom_control of version 1. */
export const serviceCgroups = defineProbe({
  name: 'service.cgroups',
  summary: 'The control group of each running service, and how often memory ran out in it',
  *steps(input: Input): Asking<readonly ServiceCgroup[]> {
    const answer = yield* serviceStates.steps(input);
    const states = answer.reachable ? answer.services.filter(({ state }) => state !== 'missing') : [];
    const running = states.filter(({ pid }) => pid !== null);
    const groups = yield* asked(running.map(({ pid }) => read(`/proc/${pid}/cgroup`, { bytes: 4_096 })));
    const paths = new Map(running.map(({ unit }, index) => [unit, groupIn(textOf(groups[index]))]));
    const distinct = [
      ...new Map([...paths.values()].flatMap((group) => (group ? [[group.path, group]] : []))).values(),
    ];
    const counters = yield* asked(distinct.map(({ counter }) => read(counter, { bytes: 1_024 })));
    const kills = new Map(distinct.map(({ path }, index) => [path, oomKillsIn(textOf(counters[index]))]));
    return states.map(({ unit, pid, uptimeSeconds }: ServiceState) => {
      const path = paths.get(unit)?.path ?? null;
      return { unit, pid, uptimeSeconds, path, kills: path === null ? null : (kills.get(path) ?? null) };
    });
  },
});

/** A round without questions is none. */
function* asked(commands: readonly ReturnType<typeof read>[]): Asking<readonly (ReadFound | FileTrouble)[]> {
  return commands.length === 0 ? [] : yield* askAll(commands);
}

const textOf = (reply: ReadFound | FileTrouble | undefined): string | undefined =>
  reply === undefined ? undefined : fileTextIfAny(reply);

/** Of `/proc/PID/cgroup`: where version 1 manages memory, its line; else that of version 2. */
function groupIn(text: string | undefined): { readonly path: string; readonly counter: string } | null {
  const legacy = /^\d+:(?:[\w=,]*,)?memory(?:,[\w=,]*)?:(\/.*)$/m.exec(text ?? '')?.[1];
  const path = legacy ?? /^0::(\/.*)$/m.exec(text ?? '')?.[1];
  // A group outside of our own namespace is named with `..` and lies nowhere that we could read.
  if (path === undefined || path.includes('..')) return null;
  const folder = path === '/' ? '' : path;
  return {
    path,
    counter:
      legacy === undefined
        ? `/sys/fs/cgroup${folder}/memory.events`
        : `/sys/fs/cgroup/memory${folder}/memory.oom_control`,
  };
}
