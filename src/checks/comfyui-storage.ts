import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { quote } from '../core/quote.ts';
import { comfyuiFolders, type ComfyuiFolders } from '../probes/comfyui-folders.ts';
import { disk, type Room } from '../probes/disk.ts';
import { mounts, type Mount } from '../probes/mounts.ts';
import { comfyuiFixes } from './comfyui-fix.ts';
import { failures, type Failure, type Looked } from './comfyui-order.ts';

/** The storage that a node's ComfyUI is declared with. */
export const comfyuiStores = (node: Node): readonly Subject<ComfyuiStorage>[] => {
  const storage = node.comfyui?.storage;
  if (storage === undefined) return [];
  const [service, ...more] = node.services.filter(({ kind }) => kind === 'comfyui');
  const own = service !== undefined && more.length === 0 ? { service: service.name } : {};
  return [{ id: `mount:${storage.run}`, value: storage, ...own }];
};

interface Facts {
  readonly folders: ComfyuiFolders;
  readonly mounts: readonly Mount[];
  readonly run: Room;
  readonly base: Room;
}

/** Nothing where ids on the node are others than those in the container. */
export const endsIn = (facts: Facts): readonly Failure[] => (mapsIds(facts.folders) ? [] : failures(lookedOf(facts)));

const lookedOf = ({ folders, mounts: all, run, base }: Facts): Looked => ({
  folders,
  mounts: all,
  full: { run: isFull(run), base: isFull(base) },
});

const isFull = (room: Room): boolean => room.known && room.inodes > 0 && room.freeInodes === 0;

/** Sources: init.bash of mmartial/comfyui-nvidia-docker; its issues #13, #28, #73, #78, #88. */
export const comfyuiStorage = defineCheck({
  name: 'comfyui.storage',
  summary: 'The init script of the ComfyUI image would accept its folders: owner, rights, links, read-only mounts',
  layer: 'storage',
  rule: 'Critical with the message that mmartial/comfyui-nvidia-docker would end with, in its own order; unknown where a folder could not be looked at. Source: its init script.',
  unseen:
    'Access lists, immutable flags, servers that squash root, and files in the folders, which the image does not judge either.',
  subjects: comfyuiStores,
  needs: (storage, { become }) => ({
    folders: need(comfyuiFolders, { storage, become }),
    mounts: need(mounts, {}),
    run: need(disk, { path: storage.run, become }),
    base: need(disk, { path: storage.base ?? storage.run, become }),
  }),
  evaluate(facts, storage): Verdict {
    const { folders } = facts;
    if (mapsIds(folders)) return mapped(storage, folders);
    const found = endsIn(facts);
    const next = comfyuiFixes(found, lookedOf(facts), storage).map((say) => ({ say }));
    const [first, ...more] = found.filter(({ says }) => says !== null);
    const unseen = found.filter(({ says }) => says === null);
    if (first !== undefined)
      return { status: 'critical', summary: dying(first, more, unseen), restartHelps: 'no', next };
    if (unseen.length > 0) return { status: 'unknown', summary: unknown(unseen), next };
    const { uid, gid } = folders.layout;
    const judged = Object.keys(folders.sights).length;
    const left = folders.omitted > 0 ? `; ${folders.omitted} more folders of models were not looked at` : '';
    return {
      status: 'ok',
      summary: `${storage.run} is as the image wants it: ${count(judged, 'folder')} looked at, owned by ${uid}:${gid}${left}.`,
    };
  },
});

function dying({ says, inside }: Failure, more: readonly Failure[], unseen: readonly Failure[]): string {
  const then = more.length === 0 ? '' : `; ${more.length} more after it: ${named(more)}`;
  const not = unseen.length === 0 ? '' : `; not looked at: ${named(unseen)}`;
  return `The container would end at ${inside} with "!! ERROR: ${says}"${then}${not}.`;
}

const unknown = (unseen: readonly Failure[]): string =>
  `Whether the image accepts ${named(unseen)} is not known: the login user may not look there.`;

const named = (some: readonly Failure[]): string => {
  const names = some.slice(0, 3).map(({ inside }) => inside);
  return some.length > 3 ? `${names.join(', ')} and ${some.length - 3} more` : names.join(', ');
};

const mapsIds = ({ seen }: ComfyuiFolders): boolean =>
  seen.state === 'there' ? seen.container.mapsIds : seen.state === 'not there' && seen.mapsIds;

const mapped = ({ run }: ComfyuiStorage, { layout: { uid, gid } }: ComfyuiFolders): Verdict => ({
  status: 'unknown',
  summary: `Whether the image accepts ${run} is not known: its engine maps ids, so that ${uid}:${gid} in the container is another owner on the node.`,
  next: [
    {
      say: `Compare the owner as the container sees it (podman unshare stat -c %u:%g ${quote(run)}), or run it with --userns=keep-id or userns_mode: host.`,
    },
  ],
});
