import { bytesText } from '../core/format.ts';
import type { Need } from '../core/check.ts';
import { need } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import { unitOf } from '../core/service.ts';
import type { ManagerAnswer } from '../core/service-manager.ts';
import type { GpuHolder } from '../probes/gpu-holders.ts';
import { treeOf, type Process } from '../probes/processes.ts';
import { serviceStates } from '../probes/service-states.ts';
import { managerOf, managersOf } from './managed.ts';

/** A process that holds GPU memory, and whose it is. */
export interface OwnedHolder extends GpuHolder {
  readonly owner:
    | { readonly kind: 'service'; readonly name: string }
    | { readonly kind: 'container'; readonly id: string }
    | { readonly kind: 'other' };
}

export type StatesByManager = Readonly<Record<`states of ${string}`, ManagerAnswer>>;

/** What every manager of a node says, as a part of what a check needs. */
export const statesNeeded = (node: Node): Readonly<Record<`states of ${string}`, Need<ManagerAnswer>>> =>
  Object.fromEntries(
    managersOf(node).map(({ id, manager, place, units }) => [
      `states of ${id}`,
      need(serviceStates, { manager, place, units }),
    ]),
  );

/** A holder is a service's when its manager names it or a process above it. */
export function ownedHolders(
  holders: readonly GpuHolder[],
  processes: readonly Process[],
  states: StatesByManager,
  node: Node,
): readonly OwnedHolder[] {
  const owners = new Map<number, string>();
  for (const service of node.services.filter(({ manager }) => manager !== 'none')) {
    const answer = states[`states of ${managerOf(service, node).id}`];
    const state = answer?.reachable ? answer.services.find(({ unit }) => unit === unitOf(service)) : undefined;
    if (state?.pid == null) continue;
    for (const { pid } of treeOf(processes, state.pid)) owners.set(pid, service.name);
    owners.set(state.pid, service.name);
  }
  return holders.map((holder): OwnedHolder => {
    const name = owners.get(holder.pid);
    if (name !== undefined) return { ...holder, owner: { kind: 'service', name } };
    if (holder.container !== null) return { ...holder, owner: { kind: 'container', id: holder.container } };
    return { ...holder, owner: { kind: 'other' } };
  });
}

/** `llama`, `container 4f0c2a11b7de`, `no declared service`. */
export const ownerText = ({ owner }: OwnedHolder): string =>
  owner.kind === 'service' ? owner.name : owner.kind === 'container' ? `container ${owner.id}` : 'no declared service';

/** `14.0 GiB by llama (llama-server, pid 4711)`. */
export function holderText(holder: OwnedHolder): string {
  const [much, ...rest] = partsOf(holder);
  return `${much} by ${ownerText(holder)} (${rest.join(', ')})`;
}

/** `14.0 GiB, llama-server, pid 4711`: without saying whose. */
export const heldText = (holder: OwnedHolder): string => partsOf(holder).join(', ');

function partsOf({ name, pid, usedBytes }: OwnedHolder): readonly string[] {
  const program = name?.split(' ')[0]?.replace(/^.*\//, '');
  const much = usedBytes === null ? 'an unknown amount' : bytesText(usedBytes);
  return [much, ...(program ? [program] : []), `pid ${pid}`];
}
