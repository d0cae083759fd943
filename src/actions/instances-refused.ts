import type { Node } from '../core/node.ts';
import type { Finding } from '../core/report.ts';
import type { InstanceSet } from '../probes/instance-set.ts';
import type { Launch } from '../services/instance-launch.ts';
import { refused, type Refused } from './refused.ts';

interface Wanted {
  readonly node: Node;
  /** Those that would be started. */
  readonly only: readonly Launch[];
  /** Those and the ones that would be ended: what they hold becomes free. */
  readonly touched: readonly string[];
  readonly set: Extract<InstanceSet, { reachable: true }>;
  readonly findings: readonly Finding[];
  readonly cpuOnly: boolean;
}

/** A port or a GPU that something else has: a start beside it would fail, or take its memory. */
export const inTheWayOf = (wanted: Wanted): Refused | undefined => portOf(wanted) ?? gpuOf(wanted);

function portOf({ only, touched, findings }: Wanted): Refused | undefined {
  const held = findings.find(
    ({ check, service, status, summary }) =>
      check === 'service.ports' &&
      only.some(({ name }) => name === service) &&
      (status === 'critical' || status === 'unknown') &&
      / is held by | share port /.test(summary) &&
      !touched.some((name) => summary.includes(`which the same manager runs as ${name})`)),
  );
  return held && refused(`Nothing is started, for a port is taken. ${held.summary}`, ...(held.next ?? []));
}

function gpuOf({ only, set, cpuOnly }: Wanted): Refused | undefined {
  if (cpuOnly) return undefined;
  for (const { pid, args, visible } of set.strays) {
    const who = `process ${pid} "${args}", which no manager runs as an instance,`;
    const end = { say: `See whose process ${pid} is, and end it if it is nobody's work any more.` };
    if (visible === undefined) return refused(`Nothing is started: on which GPU ${who} works may not be seen.`, end);
    const taken = only.find(({ gpu }) => visible === null || visible.split(',').includes(String(gpu)));
    if (taken === undefined) continue;
    const sees = visible === null ? 'sees every GPU' : `has GPU ${visible}`;
    return refused(`Nothing is started, for GPU ${taken.gpu} of ${taken.name} is taken: ${who} ${sees}.`, end);
  }
  return undefined;
}
