import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { netEgress } from '../../src/checks/net-egress.ts';
import { nodeNames } from '../../src/checks/node-names.ts';
import type { AnyCheck } from '../../src/core/check.ts';
import { lookOverSsh } from '../support/look-over-ssh.ts';
import { has } from '../support/requires.ts';
import { freePort, startSshd, type Sshd } from '../support/sshd.ts';

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

const look = (check: AnyCheck, reaches: readonly string[]) => lookOverSsh(sshd, { reaches }, [check]);

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
