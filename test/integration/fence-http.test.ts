import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { alterByHttp } from '../../src/core/alter.ts';
import { takeNodeLock } from '../../src/engine/node-lock.ts';
import { canMakeRooms, lockRoom, lockRooms, sessionIn } from '../support/lock-room.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';

const leaseSeconds = 120;

describe.skipIf(process.getuid?.() !== 0 || !canMakeRooms)('a request behind a fence (where root may unshare)', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let requests = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rh-curl-'));
    chmodSync(folder, 0o755);
    server = createServer((_, response) => {
      requests += 1;
      response.end('made');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void (requests = 0));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function asked(mounts: string, path = '') {
    const room = await lockRoom(`${lockRooms.usual}; ${mounts}`);
    try {
      const session = sessionIn(room, { path });
      const { token } = await takeNodeLock({ session, node: testNode(), owner: 'alice', run: 'r-1', leaseSeconds });
      return await session.ask({ ...alterByHttp(url, { body: 'x' }), fence: { token, leaseSeconds } });
    } finally {
      await room.close();
    }
  }

  test.skipIf(!has('curl') || !has('python3'))('is sent by python3 where there is no curl', async () => {
    expect(await asked('mount --bind /dev/null "$(command -v curl)"')).toMatchObject({
      ok: true,
      body: { head: 'made' },
    });
    expect(requests).toBe(1);
  });

  test.skipIf(!has('curl'))('is not sent again when a curl that is there ends as if it were not', async () => {
    writeFileSync(join(folder, 'curl'), '#!/bin/sh\n/usr/bin/curl "$@" >/dev/null 2>&1\nexit 127\n', { mode: 0o755 });
    expect(await asked(':', `${folder}:`)).toMatchObject({ ok: false, message: 'curl ended with 127' });
    expect(requests).toBe(1);
  });

  test.skipIf(!has('curl') || !has('python3'))('is sent by nobody on a node with neither', async () => {
    const both = `for p in curl python3; do for d in $(echo $PATH | tr : ' '); do [ -e $d/$p ] && mount --bind /dev/null $d/$p; done; done; :`;
    await expect(asked(both)).rejects.toMatchObject({
      code: 'REFUSED_BY_NODE',
      message: expect.stringContaining('sent by no other way'),
    });
    expect(requests).toBe(0);
  });
});
