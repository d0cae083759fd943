import { defineCheck, need, theNode, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { mountOf, mounts, type Mount } from '../probes/mounts.ts';
import { declaredPlaces, logPlaces } from './places.ts';

/** Sources: gpud (disk), ext4 in Linux: since 6.15 a filesystem with errors shows `rw` and the mark `emergency_ro`. */
export const mountWritable = defineCheck({
  name: 'mount.writable',
  summary: 'The filesystems that the node and its services write to are not read-only',
  layer: 'storage',
  rule: 'Critical when the kernel made a filesystem read-only after errors, or when one with declared logs of a service is mounted so; degraded for a declared mount. Sources: gpud, ext4 in Linux.',
  unseen:
    'It writes nothing: permissions, quotas and a server that refuses to write do not show, nor do logs that only the manager names.',
  subjects: theNode,
  needs: () => ({ mounts: need(mounts, {}) }),
  evaluate({ mounts: all }, node): readonly Verdict[] {
    const places = [...new Set([...declaredPlaces(node), ...logPlaces(node)])];
    const placesOn = new Map<Mount, string[]>();
    for (const path of places) {
      const mount = mountOf(all, path);
      if (mount !== undefined) placesOn.set(mount, [...(placesOn.get(mount) ?? []), path]);
    }
    if (placesOn.size === 0) return [{ status: 'unknown', summary: 'No mount of the node holds its places.' }];
    const bad = [...placesOn].flatMap(([mount, on]) => verdict(mount, on, node) ?? []);
    if (bad.length > 0) return bad;
    const summary = `${count(placesOn.size, 'filesystem')} that the node and its services write to, none read-only by an error.`;
    return [{ status: 'ok', summary }];
  },
});

function verdict({ path, type, source, readOnly }: Mount, places: readonly string[], node: Node): Verdict | undefined {
  const subject = `mount:${path}`;
  if (readOnly === 'kernel') {
    return {
      subject,
      status: 'critical',
      summary: `${path} (${type} on ${source}) was made read-only by the kernel after errors: nothing can be written there.`,
      restartHelps: 'no',
      next: [
        { say: `Read the kernel log for errors of ${source} and save what matters; a person must check the disk.` },
      ],
    };
  }
  if (readOnly === 'no') return undefined;
  const logs = logPlaces(node).filter((place) => places.includes(place));
  const declared = node.mounts.filter((place) => places.includes(place));
  const [written] = [...logs, ...declared];
  // Images and appliances are started with a read-only root on purpose.
  if (written === undefined) return undefined;
  const what = logs.length > 0 ? `the logs in ${written} can not be written` : `nothing can be written to ${written}`;
  return {
    subject,
    status: logs.length > 0 ? 'critical' : 'degraded',
    summary: `${path} (${type}) is mounted read-only: ${what}.`,
    restartHelps: 'after-fix',
    next: [
      {
        say: 'Mount it read-write; where it is meant to be read-only, take it out of `mounts` in the fleet file.',
      },
    ],
  };
}
