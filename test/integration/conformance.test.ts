import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/core/command.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { createOpensshTransport } from '../../src/transport/openssh.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { transportConformance } from '../support/conformance.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';

transportConformance('local', async () => {
  const transport = createLocalTransport();
  return { session: await transport.open(testNode()), close: () => transport.close() };
});

describe.skipIf(!has('sshd'))('over a real sshd (needs sshd)', () => {
  let sshd: Sshd;
  let withoutSftp: Sshd;
  beforeAll(async () => {
    [sshd, withoutSftp] = await Promise.all([
      startSshd(),
      startSshd({ sftp: false, lines: ['AllowTcpForwarding no', 'AllowStreamLocalForwarding no'] }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([sshd.stop(), withoutSftp.stop()]);
  });

  transportConformance('ssh', async () => {
    const transport = createSshTransport();
    return { session: await transport.open(sshNode(sshd)), close: () => transport.close() };
  });

  transportConformance('ssh to a node without SFTP and forwarding:', async () => {
    const transport = createSshTransport();
    return { session: await transport.open(sshNode(withoutSftp)), close: () => transport.close() };
  });

  transportConformance('openssh', async () => {
    const transport = createOpensshTransport();
    return { session: await transport.open(sshNode(sshd, { transport: 'openssh' })), close: () => transport.close() };
  });

  test('the openssh transport leaves nothing behind', async () => {
    const before = new Set(readdirSync(tmpdir()));
    const transport = createOpensshTransport();
    const session = await transport.open(sshNode(sshd));
    await session.ask(run(['true']));
    await transport.close();
    const left = readdirSync(tmpdir()).filter((name) => !before.has(name) && /^rh-.{6}$/.test(name));
    expect(left).toEqual([]);
  });
});
