import { defineCheck, need, type Verdict } from '../core/check.ts';
import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import { bytesText } from '../core/format.ts';
import { comfyuiFolders, type ComfyuiFolders } from '../probes/comfyui-folders.ts';
import { runInside } from '../probes/comfyui-layout.ts';
import { disk, type Room } from '../probes/disk.ts';
import { listeners, type Listener } from '../probes/listeners.ts';
import { comfyuiStores } from './comfyui-storage.ts';

const gibibyte = 1024 ** 3;
/** Below this pip fails for certain: torch with its CUDA libraries alone. */
const leastGiB = 15;
/** A venv with torch and the usual custom nodes has some tens of thousands of files. */
const leastInodes = 100_000;

/** Source: measured first starts of the image, 15 to 25 GB. */
export const comfyuiRoom = defineCheck({
  name: 'comfyui.room',
  summary: 'There is room for what a first start of ComfyUI fetches, and nobody else has its port',
  layer: 'storage',
  rule: 'Before the first start, critical below 15 GiB free and degraded below `firstStartGiB` or 100,000 inodes (convention); critical when another program listens on its port, degraded when that may be itself; unknown when the filesystem does not tell.',
  unseen: 'Quotas, models that are still to be fetched, and room after the first start, which node.disk judges.',
  subjects: comfyuiStores,
  needs: (storage, { become }) => ({
    room: need(disk, { path: storage.run, become }),
    folders: need(comfyuiFolders, { storage, become }),
    listeners: need(listeners, {}),
  }),
  evaluate({ room, folders, listeners: all }, storage): readonly Verdict[] {
    const judged = [roomFor(room, folders, storage), portOf(all, folders, storage)];
    const bad = judged.filter(({ status }) => status !== 'ok');
    return bad.length > 0 ? bad : judged;
  },
});

function roomFor(room: Room, { sights, closed }: ComfyuiFolders, { run, firstStartGiB }: ComfyuiStorage): Verdict {
  if (sights[`${runInside}/venv`] !== undefined)
    return { status: 'ok', summary: `${run} has been filled by a first start.` };
  if (closed[runInside] !== undefined)
    return { status: 'unknown', summary: `Whether ${run} was ever filled is not known (${closed[runInside]}).` };
  if (!room.known)
    return room.errno === 'ENOENT'
      ? { status: 'not_applicable', summary: `${run} is not there yet.` }
      : { status: 'unknown', summary: `The room on ${run} is not known: ${room.message} (${room.errno}).` };
  if (room.inodes > 0 && room.freeInodes < leastInodes)
    return {
      status: 'degraded',
      summary: `${run} has ${room.freeInodes} inodes free; a first start makes tens of thousands of files (limit ${leastInodes}).`,
      restartHelps: 'no',
      next: [{ say: `Delete or move many small files on the filesystem of ${run} before its first start.` }],
    };
  const free = room.freeBytes / gibibyte;
  const left = `${run} has ${bytesText(room.freeBytes)} free`;
  if (free >= firstStartGiB)
    return { status: 'ok', summary: `${left}, enough for a first start (${firstStartGiB} GiB).` };
  return {
    status: free < Math.min(leastGiB, firstStartGiB) ? 'critical' : 'degraded',
    summary: `${left}; a first start fetches torch and its packages, and wants ${firstStartGiB} GiB.`,
    restartHelps: 'no',
    next: [{ say: `Free room on the filesystem of ${run}, or put it on a larger one, before its first start.` }],
  };
}

function portOf(all: readonly Listener[], { seen }: ComfyuiFolders, { port }: ComfyuiStorage): Verdict {
  const holder = all.find((each) => each.port === port);
  if (holder === undefined) return { status: 'ok', summary: `Port ${port} is free.` };
  const who = `Port ${port} is taken (${holder.address}, by a program of user id ${holder.uid})`;
  const next = [{ say: `Find who listens (ss -ltnp 'sport = :${port}') and end it, or give ComfyUI another port.` }];
  if (seen.state === 'undeclared' || seen.state === 'unasked') {
    return { status: 'degraded', summary: `${who}: by ComfyUI itself, or it can not start.`, next };
  }
  const container = seen.state === 'there' && seen.container.status === 'running' ? seen.container : undefined;
  if (container?.ports.includes(port)) return { status: 'ok', summary: `Port ${port} leads to ${container.name}.` };
  if (container?.onNodeNetwork)
    return {
      status: 'ok',
      summary: `Port ${port} is taken, by ${container.name} as far as is known: it has the network of the node.`,
    };
  return { status: 'critical', summary: `${who}, and not by ComfyUI's container.`, restartHelps: 'no', next };
}
