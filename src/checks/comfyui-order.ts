import type { Mount } from '../probes/mounts.ts';
import { baseNames, comfyInside, modelsIn, type ComfyuiFolders, type Sight } from '../probes/comfyui-folders.ts';
import { runInside } from '../probes/comfyui-layout.ts';
import { folderOf } from '../probes/path-parts.ts';
import { comfyuiRefused } from './comfyui-refused.ts';
import { isFolder, isGroupOf, keepsNoOwners, may, readOnlyBy, type Right } from './comfyui-may.ts';

/** Something that the init script would end at, or that could not be looked at. */
export interface Failure {
  /** The path in the container. */
  readonly inside: string;
  /** What it would print after `!! ERROR: `; null where that is not known. */
  readonly says: string | null;
  /** What is wrong there, for who mends it. */
  readonly fault: 'owner' | 'absent' | 'no folder' | 'r' | 'w' | 'x' | 'in the way' | 'setting' | 'full' | 'not known';
  readonly sight: Sight | undefined;
}

export interface Looked {
  readonly folders: ComfyuiFolders;
  readonly mounts: readonly Mount[];
  /** No inode is left for its test file. */
  readonly full: { readonly run: boolean; readonly base: boolean };
}

/** Made where they are not there. Source: the init script. */
const required = [
  'checkpoints',
  'classifiers',
  'clip_vision',
  'configs',
  'diffusers',
  'embeddings',
  'gligen',
  'hypernetworks',
  'loras',
  'photomaker',
  'style_models',
  'upscale_models',
  'vae',
  'vae_approx',
];
/** Folders that a fresh clone of ComfyUI has. */
const cloned = ['models', 'input', 'output', 'custom_nodes'];

const rights: readonly (readonly [Right, string])[] = [
  ['w', 'writeable'],
  ['x', 'executable'],
  ['r', 'readable'],
];

/**
 * What the init script of mmartial/comfyui-nvidia-docker would end at, in its own order: the first is what it dies of,
 * each further one what it would die of next.
 *
 * Source: init.bash of May 2025 and of 2026, which agree on all that is looked at here. The image sorts by bytes (LC_ALL=C).
 */
export function failures({ folders: { layout, seen, sights, closed }, mounts, full }: Looked): readonly Failure[] {
  const { base, uid, gid, forceChown } = layout;
  const comfy = { uid, gid };
  const found: Failure[] = [];
  const fail = (inside: string, fault: Failure['fault'], says: string | null, sight = sights[inside]) =>
    found.push({ inside, fault, says, sight });
  const isKnown = (inside: string) => sights[inside] !== undefined || closed[folderOf(inside)] === undefined;
  const is = (inside: string) => (isKnown(inside) ? isFolder(sights[inside], comfy) : undefined);

  const validate = (inside: string, kind: 'mount' | 'plain', sight = sights[inside]) => {
    if (isFolder(sight, comfy) !== true || sight === undefined || sight.target.state !== 'found') {
      fail(inside, sight === undefined ? 'absent' : 'no folder', `Directory ${inside} not found (or not a directory)`);
      return;
    }
    const readOnly = readOnlyBy(sight, mounts) !== undefined;
    const forced = forceChown && kind === 'plain';
    // What it can own it owns then, a link itself too; what that leads to it does not touch.
    const owner = forced ? comfy : sight.owner;
    const target = forced && !sight.isLink ? { ...sight.target.rights, ...comfy } : sight.target.rights;
    if (forced && !sight.isLink && (readOnly || keepsNoOwners(sight.target.path, mounts) !== undefined))
      fail(inside, 'owner', `Failed to set owner of ${inside}`, sight);
    else if (owner?.uid !== uid || owner.gid !== gid)
      fail(inside, 'owner', wrongOwner(inside, kind, comfy, owner), sight);
    else {
      const missing = rights.find(([right]) => (right === 'w' && readOnly) || !may(right, target, comfy));
      if (missing !== undefined) fail(inside, missing[0], `Directory ${inside} not ${missing[1]}`, sight);
    }
  };

  const notKnown = (inside: string) => {
    if (!found.some((each) => each.inside === inside && each.says === null)) fail(inside, 'not known', null);
  };
  const mount = (inside: string, name: string, isFull: boolean) => {
    const sight = sights[inside];
    // Docker makes the folder of a mount, or of what is mounted below it, as root.
    const madeByDocker =
      sight === undefined
        ? layout.mounts.some((each) => each.inside.startsWith(`${inside}/`))
        : sight.target.state === 'missing';
    const before = found.length;
    if (sight?.target.state === 'unseen') notKnown(inside);
    else if (madeByDocker) fail(inside, 'absent', wrongOwner(inside, 'mount', comfy, { uid: 0, gid: 0 }));
    else validate(inside, 'mount');
    if (found.length === before && isFull) fail(inside, 'full', `Failed to write to ${name}`);
  };
  const plain = (inside: string, instead?: string) => {
    const folder = is(inside);
    if (folder === undefined) notKnown(sights[inside] === undefined ? folderOf(inside) : inside);
    else if (folder) validate(inside, 'plain');
    else if (instead !== undefined && sights[inside] !== undefined) fail(inside, 'in the way', instead);
  };

  if (base !== null && sights[base]?.target.state !== 'missing' && is(base) === false)
    fail(base, 'no folder', `BASE_DIRECTORY requested but not found or not a directory (${base})`);
  const setting = comfyuiRefused(seen, layout);
  if (setting !== undefined) fail(setting.at, 'setting', setting.says);
  mount(runInside, runInside, full.run);
  plain(`${runInside}/pip_cache`);
  plain(`${runInside}/tmp`);
  plain(comfyInside, 'ComfyUI clone failed');
  if (base !== null && (is(base) !== false || sights[base]?.target.state === 'missing'))
    mount(base, 'BASE_DIRECTORY', full.base);
  // It says no more itself: `mkdir -p` does, and `set -e` ends it.
  plain(`${runInside}/HF`, 'subscript failed');
  plain(`${runInside}/venv`, 'Virtualenv creation failed');
  if (base === null) return found;

  for (const name of baseNames) {
    const [from, to] = [`${comfyInside}/${name}`, `${base}/${name}`];
    const there = is(comfyInside) === true ? is(from) : cloned.includes(name);
    if (is(to) !== false) plain(to);
    else if (sights[to] !== undefined)
      fail(to, 'in the way', there === true ? `Failed to move ${from} to ${to}` : `Failed to create ${to}`);
    else if (there === true) move(from, to);
  }
  const models = modelsIn(base);
  const present = Object.keys(sights)
    .filter((path) => folderOf(path) === models && is(path) !== false)
    .map((path) => path.slice(models.length + 1))
    // Its loop is not quoted: a name with blanks is no folder to it.
    .filter((name) => !/\s/.test(name));
  for (const name of [...new Set([...present, ...required])].toSorted(byBytes))
    plain(`${models}/${name}`, `Failed to create ${models}/${name}`);
  return found;

  /** Between two mounts it is copied, and belongs to whom it is moved by; only a group of theirs it keeps. */
  function move(from: string, to: string) {
    const sight = sights[from];
    if (sight?.target.state !== 'found') return;
    const { target } = sight;
    const owner = { uid, gid: isGroupOf(comfy, sight.owner?.gid) ? (sight.owner?.gid ?? gid) : gid };
    if (sight.isLink) validate(to, 'plain', { ...sight, owner });
    else if (!rights.every(([right]) => may(right, target.rights, comfy)))
      fail(from, 'w', `Failed to move ${from} to ${to}`);
    else validate(to, 'plain', { ...sight, owner, target: { ...target, rights: { ...target.rights, ...owner } } });
  }
}

const wrongOwner = (
  inside: string,
  kind: 'mount' | 'plain',
  { uid, gid }: { uid: number; gid: number },
  owner: Sight['owner'],
): string =>
  `Directory ${inside} owned by unexpected user/group, expected ${uid}:${gid}, actual ${owner?.uid}:${owner?.gid}${
    kind === 'mount'
      ? ` -- FORCE_CHOWN will not work for this folder, it is a PATH mounted at container startup and requires a manual fix: chown -R ${uid}:${gid} foldername`
      : ' -- recommended to start with the FORCE_CHOWN=yes environment varable enabled'
  }`;

function byBytes(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}
