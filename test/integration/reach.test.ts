import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { netEgress } from '../../src/checks/net-egress.ts';
import { nodeNames } from '../../src/checks/node-names.ts';
import type { AnyCheck } from '../../src/core/check.ts';
import type { Finding } from '../../src/core/report.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createLanes } from '../../src/engine/lanes.ts';
import { createMemory } from '../../src/engine/memory.ts';
import { survey } from '../../src/engine/survey.ts';
import { createSweep } from '../../src/engine/sweep.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { freePort, sshNode, startSshd, type Sshd } from '../support/sshd.ts';

let sshd: Sshd;
const store = createServer((_, response) => response.writeHead(403).end('no'));
beforeAll(async () => {
  sshd = await startSshd();
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
});
afterAll(async () => {
  store.close();
  store.closeAllConnections();
  await sshd.stop();
});

async function look(check: AnyCheck, reaches: readonly string[]): Promise<readonly Finding[]> {
  const transport = createSshTransport();
  const node = sshNode(sshd, { reaches });
  const signal = new AbortController().signal;
  const session = await transport.open(node, signal);
  const evidence = createEvidence(sshd.folder, () => []);
  const sweep = createSweep({
    node: node.name,
    session,
    memory: createMemory(),
    evidence,
    lanes: createLanes(64),
    signal,
    onWait: () => {},
  });
  const findings = await survey(sweep, node, [check]);
  await transport.close();
  return findings;
}

describe('what the node reaches, over real SSH', () => {
  test('any status proves the way, a refused connection does not', async () => {
    const open = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
    const closed = `http://127.0.0.1:${await freePort()}`;
    expect(await look(netEgress, [open, closed])).toMatchObject([
      { subject: `url:${open}`, status: 'ok', summary: `${open} is reached (HTTP 403).` },
      { subject: `url:${closed}`, status: 'critical', summary: expect.stringContaining('refused') },
    ]);
  });

  test.skipIf(!has('getent'))('a name without an address is told (needs getent)', async () => {
    expect(await look(nodeNames, ['http://nohost.invalid'])).toMatchObject([
      { subject: 'name:nohost.invalid', status: 'critical' },
    ]);
  });

  test('that the name is not found is no proof of a closed way', async () => {
    expect(await look(netEgress, ['http://nohost.invalid'])).toMatchObject([{ status: 'unknown' }]);
  });
});
