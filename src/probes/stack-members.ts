import { defineProbe, type Asking } from '../core/probe.ts';
import { comfyuiSettings, ollamaSettings } from '../core/stack.ts';
import type { EngineDown, EnginePlace } from '../services/engine-answer.ts';
import { containerInspect } from './container-inspect.ts';
import type { ContainerFacts } from '../services/engine-inspect.ts';
import { stackContainers } from './stack-containers.ts';
import { stackFile, type StackInput } from './stack-file.ts';

/** Which stack, and under which name in which engine. */
export interface MembersInput extends StackInput {
  readonly place: EnginePlace;
  readonly project?: string | undefined;
}

/** A container of a stack. */
export interface StackMember extends ContainerFacts {
  /** The stack that it was made for. */
  readonly project: string;
  /** What the compose file calls it. */
  readonly service: string;
  /** The compose files that it was made from. */
  readonly files: readonly string[];
}

export type StackMembers =
  | EngineDown
  | { readonly reachable: true; readonly clock: number | null; readonly members: readonly StackMember[] };

/** The containers of a stack, also those that ended, with nothing of their environment but the settings that are shown. */
export const stackMembers = defineProbe({
  name: 'stack.members',
  summary: 'The containers of a compose stack: their state, devices, mounts, networks and settings',
  *steps({ place, project, ...input }: MembersInput): Asking<StackMembers> {
    const file = yield* stackFile.steps(input);
    const all = yield* stackContainers.steps(place);
    if (!all.reachable) return all;
    const name = project ?? (file.read ? file.project : null);
    const own = all.containers.flatMap(({ id, compose }) =>
      compose !== null && !compose.oneOff && isOf(compose) ? [{ id, ...compose }] : [],
    );
    function isOf({ project: of, configFiles }: { project: string; configFiles: readonly string[] }): boolean {
      return of === name || (project === undefined && configFiles.includes(input.path));
    }
    const wanted = [...ollamaSettings, ...comfyuiSettings];
    const containers = own.map(({ id }) => id);
    const found = yield* containerInspect.steps({ place, containers, wanted });
    if (!found.reachable) return found;
    const members = found.containers.flatMap((facts): readonly StackMember[] => {
      const labels = own.find(({ id }) => id === facts.id);
      return labels === undefined
        ? []
        : [{ project: labels.project, service: labels.service, files: labels.configFiles, ...facts }];
    });
    return { reachable: true, clock: all.clock, members };
  },
});

/** It holds what it was given: a container that is paused or starts again and again does, too. */
export const isUp = ({ status }: ContainerFacts): boolean => ['running', 'paused', 'restarting'].includes(status);

/** By what a container asks for GPUs. */
export function gpusAskedBy({ deviceRequests, runtime, devices }: ContainerFacts): 'nvidia' | 'amd' | null {
  const asks = deviceRequests.some(
    ({ driver, ids, capabilities }) =>
      driver === 'nvidia' ||
      ids.some((id) => id.startsWith('nvidia.com/gpu')) ||
      (driver === '' && capabilities.includes('gpu')),
  );
  if (asks || runtime === 'nvidia' || devices.some(({ host }) => host.startsWith('/dev/nvidia'))) return 'nvidia';
  return devices.some(({ host }) => host === '/dev/kfd') ? 'amd' : null;
}
