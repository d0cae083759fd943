import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import { quote } from '../core/quote.ts';
import { isUnder } from '../probes/mounts.ts';
import { insideMountOf, nodePath } from '../probes/inside-path.ts';
import { folderOf } from '../probes/path-parts.ts';
import { modelsIn } from '../probes/comfyui-folders.ts';
import type { Failure, Looked } from './comfyui-order.ts';
import { keepsNoOwners, readOnlyBy } from './comfyui-may.ts';

/** What the node calls a path of the container. */
export function onNode({ layout }: Looked['folders'], inside: string): string {
  const mount = insideMountOf(layout.mounts, inside);
  return mount?.path == null ? inside : nodePath({ ...mount, path: mount.path }, inside);
}

/** What a person does about failures, one sentence for those that are mended alike. Rackhand does none of it. */
export function comfyuiFixes(all: readonly Failure[], looked: Looked, storage: ComfyuiStorage): readonly string[] {
  const { uid, gid } = looked.folders.layout;
  const to = `${uid}:${gid}`;
  const place = ({ inside }: Failure) => onNode(looked.folders, inside);
  const isMounted = ({ inside }: Failure) => insideMountOf(looked.folders.layout.mounts, inside) !== undefined;
  const own = all.filter((each) => (each.fault === 'owner' || each.fault === 'absent') && isMounted(each));
  const stubborn = own.filter((each) => keepsNoOwners(place(each), looked.mounts) !== undefined);
  const plain = own.filter((each) => !stubborn.includes(each));
  const names = (some: readonly Failure[]) => some.map((each) => quote(place(each))).join(' ');
  const links = plain.filter(({ sight }) => sight?.isLink === true);
  const made = plain.filter(({ fault }) => fault === 'absent');
  const folders = plain.filter((each) => !links.includes(each) && !made.includes(each));
  return [
    ...(made.length > 0
      ? [`Make what is missing before Docker makes it as root: install -d -o ${uid} -g ${gid} ${names(made)}`]
      : []),
    ...(folders.length > 0
      ? [`On the node, by a person: chown ${to} ${names(folders)} (not -R: files inside are not judged)`]
      : []),
    ...(links.length > 0 ? [`For links, their own owner counts: chown -h ${to} ${names(links)}`] : []),
    ...stubborn.map((each) => {
      const mount = keepsNoOwners(place(each), looked.mounts);
      return `${place(each)} lies on ${mount?.type} (${mount?.path}), which keeps no owners: chown has no effect, move it to a Linux filesystem.`;
    }),
    ...all.flatMap((each) => fixOf(each, looked, storage) ?? []),
  ];
}

function fixOf(failure: Failure, looked: Looked, storage: ComfyuiStorage): string | undefined {
  const { fault, sight, inside } = failure;
  const path = onNode(looked.folders, inside);
  const { base, uid } = looked.folders.layout;
  switch (fault) {
    case 'w':
    case 'r':
    case 'x': {
      const reached = sight?.target.state === 'found' ? sight.target : undefined;
      const blocked = sight === undefined || fault !== 'w' ? undefined : readOnlyBy(sight, looked.mounts);
      if (sight?.isLink === true && base !== null && folderOf(inside) === modelsIn(base))
        return `Make ${path} a folder of its own and put the link into it (${path}/shared), or name the shared models in extra_model_paths.yaml: what a link directly under models/ leads to must be writable.`;
      if (blocked === 'container')
        return `Take :ro off the mount that holds ${inside}; only what lies outside of it may be mounted read-only.`;
      if (blocked === 'node') return `Mount the filesystem of ${reached?.path ?? path} read-write on the node.`;
      const rights = reached?.rights.uid === uid ? 'u+rwx' : 'a+rwx';
      return `chmod ${rights} ${quote(reached?.path ?? path)}`;
    }
    case 'absent':
      return insideMountOf(looked.folders.layout.mounts, inside) === undefined
        ? `Mount ${inside === base ? (storage.base ?? 'a folder') : storage.run} as ${inside} in one, and nothing below it.`
        : undefined;
    case 'no folder':
    case 'in the way':
      return inTheWay(failure, path, looked, storage);
    case 'full':
      return `No inode is left on the filesystem of ${path}: delete or move many small files there.`;
    case 'not known':
      return `Let the login user look at ${path}, or declare \`become: sudo\` for the node.`;
    case 'setting':
      return `Take \`${inside}\` out of the compose file: the image changes to ${uid} by itself, with sudo.`;
    default:
      return undefined;
  }
}

function inTheWay({ sight, inside }: Failure, path: string, { folders }: Looked, { shared }: ComfyuiStorage): string {
  if (sight?.isLink !== true) return `Move ${path} away: it is no folder.`;
  const { target } = sight;
  if (target.state !== 'outside' && target.state !== 'missing')
    return `${path} is a link that leads to no folder: point it at one, or remove it.`;
  const other = shared.find((each) => isUnder(target.inside, each.path));
  if (target.state === 'outside' && other !== undefined) {
    const meant = other.inside + target.inside.slice(other.path.length);
    return `The link says the node's path; the container has it as ${meant}: ln -sfn ${quote(meant)} ${quote(path)}`;
  }
  const held = insideMountOf(folders.layout.mounts, target.inside) !== undefined;
  return held
    ? `${inside} leads to ${target.inside}, which is not there: make that folder, or remove the link ${path}.`
    : `${inside} leads to ${target.inside}, which no mount of the container holds: mount it there read-only, or remove the link ${path}.`;
}
