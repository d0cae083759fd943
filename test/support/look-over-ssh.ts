import type { AnyCheck } from '../../src/core/check.ts';
import type { Finding } from '../../src/core/report.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createLanes } from '../../src/engine/lanes.ts';
import { createMemory } from '../../src/engine/memory.ts';
import { survey } from '../../src/engine/survey.ts';
import { createSweep } from '../../src/engine/sweep.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { sshNode, type Sshd } from './sshd.ts';

/** What checks say of a node behind a real sshd, over a line of its own. */
export async function lookOverSsh(
  sshd: Sshd,
  declared: Parameters<typeof sshNode>[1],
  checks: readonly AnyCheck[],
): Promise<readonly Finding[]> {
  const transport = createSshTransport();
  const node = sshNode(sshd, declared);
  const { signal } = new AbortController();
  const session = await transport.open(node, signal);
  const sweep = createSweep({
    node: node.name,
    session,
    memory: createMemory(),
    evidence: createEvidence(sshd.folder, () => []),
    lanes: createLanes(64),
    signal,
    onWait: () => {},
  });
  const findings = await survey(sweep, node, checks);
  await transport.close();
  return findings;
}
