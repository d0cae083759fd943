import type { Finding } from '../core/report.ts';
import type { Ops } from '../core/tool.ts';
import type { Play } from './on-node.ts';

const pauseMs = 1_000;

/** It waits, or loads: a service that goes on by itself, where a restart would only begin that anew. */
const isOnItsWay = ({ service, status, restartHelps }: Finding, name: string): boolean =>
  service === name && status === 'degraded' && restartHelps === 'no';

/** What is found after a change, once its service has had the time to come up by itself. Errors: of the node. */
export async function onceSettled(
  ops: Pick<Ops, 'now' | 'pause' | 'progress'>,
  { service }: Pick<Play, 'service'>,
  found: readonly Finding[],
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  if (service === undefined) return found;
  const until = ops.now() + service.startSeconds * 1_000;
  let findings = found;
  for (;;) {
    const way = findings.find((finding) => isOnItsWay(finding, service.name));
    if (way === undefined || ops.now() > until) return findings;
    ops.progress(`Not well yet: ${way.summary}`);
    await ops.pause(pauseMs);
    findings = await look();
  }
}
