import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { isRemote } from '../probes/mount-answer.ts';
import { mountOf, mounts, type Mount } from '../probes/mounts.ts';
import { pathLeads, type Leads } from '../probes/path-leads.ts';
import { comfyuiStores } from './comfyui-storage.ts';

/** FUSE filesystems that lie over disks of the node itself. */
const overDisks = /^fuseblk$|^fuse\.(?:mergerfs|bindfs|unionfs|overlayfs|fuse-overlayfs|ntfs-3g|exfat)$/;

/** A GPU node may be wiped: what has no other home must not lie on it. */
export const comfyuiData = defineCheck({
  name: 'comfyui.data',
  summary: 'Nothing that the fleet file calls authoritative lies on a disk of the node itself',
  layer: 'storage',
  rule: 'Degraded when a path of `data` that the fleet file calls authoritative lies on a local filesystem, or is not there; unknown when it can not be looked at.',
  unseen: 'What nobody declared, and whether the network filesystem is backed up.',
  subjects: (node) => comfyuiStores(node).filter(({ value }) => Object.keys(value.data).length > 0),
  needs: (storage, { become }) => ({
    mounts: need(mounts, {}),
    leads: need(pathLeads, { paths: Object.keys(storage.data), become }),
  }),
  evaluate({ mounts: all, leads }, { data }): readonly Verdict[] {
    const kept = Object.keys(data).filter((path) => data[path] === 'authoritative');
    const bad = kept.flatMap((path) => judge(path, leads[path], all) ?? []);
    if (bad.length > 0) return bad;
    const rest = Object.keys(data).length - kept.length;
    const summary =
      kept.length === 0
        ? `All that is declared (${count(rest, 'path')}) may be lost with the node.`
        : `${count(kept.length, 'authoritative path')} on network filesystems; ${count(rest, 'other')} may be lost with the node.`;
    return [{ status: 'ok', summary }];
  },
});

function judge(path: string, leads: Leads | undefined, all: readonly Mount[]): Verdict | undefined {
  const subject = `mount:${path}`;
  if (leads === undefined || 'errno' in leads)
    return { subject, status: 'unknown', summary: `Where ${path} lies is not known (${leads?.errno ?? 'not asked'}).` };
  const mount = mountOf(all, leads.path ?? path);
  if (mount === undefined) return { subject, status: 'unknown', summary: `No mount of the node holds ${path}.` };
  if (leads.path !== null && isRemote(mount) && !overDisks.test(mount.type)) return undefined;
  const where = `${mount.path} (${mount.type} on ${mount.source}), which goes with the node`;
  return {
    subject,
    status: 'degraded',
    summary:
      leads.path === null
        ? `${path} is declared authoritative and is not there: what is written to it lands on ${where}.`
        : `${path} is declared authoritative and lies on ${where}.`,
    next: [
      {
        say:
          leads.path === null
            ? `Mount it before ComfyUI starts.`
            : `Move it to shared storage and mount that here, or declare it disposable; a person decides which.`,
      },
    ],
  };
}
