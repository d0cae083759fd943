import type { ContainerSeen } from '../probes/comfyui-container.ts';
import type { ComfyuiLayout } from '../probes/comfyui-layout.ts';

/** Users that the image has. Source: its Dockerfile. */
const known: Readonly<Record<string, readonly [number, number]>> = { root: [0, 0], comfy: [1024, 1024] };

/** The setting of a container that its init script ends at before it looks at any folder, and what it says then. */
export function comfyuiRefused(
  seen: ContainerSeen,
  { uid, gid }: ComfyuiLayout,
): { readonly at: string; readonly says: string } | undefined {
  if (seen.state !== 'there') return undefined;
  const { user, securityOptions, droppedCapabilities, addedCapabilities } = seen.container;
  if (!isImagesOwn(user)) {
    const [is, group] = idsOf(user);
    if (is === uid && (group ?? gid) === gid) return undefined;
    const current = is === undefined ? '' : `, current UID ${is} GID ${group ?? 0}`;
    return { at: `user: ${user}`, says: `comfy MUST be running as UID ${uid} GID ${gid}${current}` };
  }
  const says = 'Failed to set GID of comfy user';
  const noPrivileges = securityOptions.find((option) => /^no-new-privileges(?:[:=]true)?$/.test(option));
  if (noPrivileges !== undefined) return { at: `security_opt: ${noPrivileges}`, says };
  const added = addedCapabilities.map(bare);
  const needed = ['SETUID', 'SETGID'].filter((name) => !added.includes('ALL') && !added.includes(name));
  const dropped = droppedCapabilities.find((name) => needed.length > 0 && ['ALL', ...needed].includes(bare(name)));
  return dropped === undefined ? undefined : { at: `cap_drop: ${dropped}`, says };
}

/** What the engine tells where compose has no `user:`. */
export const isImagesOwn = (user: string): boolean =>
  user === '' || user === 'comfytoo' || user === 'comfytoo:comfytoo';

const bare = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, '');

function idsOf(user: string): readonly [uid: number | undefined, gid: number | undefined] {
  const [name = '', group] = user.split(':');
  const own = known[name];
  return [number(name) ?? own?.[0], number(group) ?? own?.[1]];
}

const number = (text: string | undefined): number | undefined => (/^\d+$/.test(text ?? '') ? Number(text) : undefined);
