import type { Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Account } from '../probes/accounts.ts';
import type { DeviceNode } from '../probes/gpu-nodes.ts';

/**
 * Services that must hold a GPU and whose user may not open a device by its mode: they fall back to the CPU, often in silence.
 *
 * Users that the node's own files do not name, and access lists, are not seen.
 */
export function deniedServices(
  { services }: Node,
  accounts: Readonly<Record<string, Account>>,
  devices: readonly DeviceNode[],
): readonly Verdict[] {
  return services.flatMap(({ name, user, gpu }): readonly Verdict[] => {
    const account = user === undefined || !Object.hasOwn(accounts, user) ? undefined : accounts[user];
    if (!gpu || account === undefined) return [];
    const closed = devices.find((device) => !mayOpen(account, device));
    if (closed === undefined) return [];
    return [
      {
        status: 'degraded',
        summary: `${user}, who runs ${name}, may not open ${closed.path} (mode ${(closed.mode & 0o777).toString(8).padStart(4, '0')}, group ${closed.gid}): ${name} would work on the CPU.`,
        subject: `service:${name}`,
        restartHelps: 'after-fix',
        next: [{ say: `Add ${user} to group ${closed.gid}, then restart ${name}.` }],
      },
    ];
  });
}

/** Reading and writing, by the mode alone. */
function mayOpen({ uid, gids }: Account, device: DeviceNode): boolean {
  if (uid === 0) return true;
  const shift = uid === device.uid ? 6 : gids.includes(device.gid) ? 3 : 0;
  return ((device.mode >> shift) & 0o6) === 0o6;
}
