import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mountAlive } from '../../src/checks/mount-alive.ts';
import { nodeStuck } from '../../src/checks/node-stuck.ts';
import { processes } from '../../src/probes/processes.ts';
import { drive } from '../support/drive.ts';
import { lookOverSsh } from '../support/look-over-ssh.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-mounts-'));
const place = join(folder, 'mnt');
let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

/** What the check says of the place. */
const look = () => lookOverSsh(sshd, { mounts: [place] }, [mountAlive]);

const isMounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${place} `);

describe.skipIf(!has('bindfs') || !existsSync('/dev/fuse'))('a real FUSE mount (where there is FUSE)', () => {
  let daemon: ReturnType<typeof spawn>;
  beforeEach(async () => {
    const source = join(folder, 'source');
    mkdirSync(source, { recursive: true });
    mkdirSync(place, { recursive: true });
    writeFileSync(join(source, 'm.gguf'), 'GGUF');
    daemon = spawn('bindfs', ['-f', '-o', 'attr_timeout=300,entry_timeout=300', source, place], { stdio: 'ignore' });
    await until(isMounted);
  });
  afterEach(async () => {
    const ended = daemon.exitCode !== null || daemon.signalCode !== null;
    daemon.kill('SIGKILL');
    if (!ended) await once(daemon, 'exit');
    execFileSync('umount', ['-l', place]);
  });

  test('answers', async () => {
    expect(await look()).toMatchObject([
      { subject: `mount:${place}`, status: 'ok', summary: expect.stringMatching(/ \(fuse\S*\) answers in \d+ ms\.$/) },
    ]);
  });

  test('whose program was killed is critical, although attributes of its files still answer', async () => {
    readdirSync(place);
    statSync(join(place, 'm.gguf'));
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    expect(statSync(join(place, 'm.gguf')).size).toBe(4);
    expect(await look()).toMatchObject([
      { subject: `mount:${place}`, status: 'critical', summary: expect.stringContaining('has died') },
    ]);
  });

  test('whose program is stopped is critical, and nobody waits for it without end', async () => {
    daemon.kill('SIGSTOP');
    expect(await look()).toMatchObject([
      {
        subject: `mount:${place}`,
        status: 'critical',
        summary: expect.stringContaining(' hangs: it gave no answer in 5 s'),
      },
    ]);
  });

  test.skipIf(!has('ps'))(
    'whose program is stopped holds up who looks there, and two looks show it (needs ps)',
    async () => {
      daemon.kill('SIGSTOP');
      // Whoever lists it would wait for the lock of who lists it already.
      const reader = spawn('stat', ['-f', place], { stdio: 'ignore' });
      await until(() => readFileSync(`/proc/${reader.pid}/wchan`, 'utf8').startsWith('request_wait'));
      const looks = [await drive(processes.steps({})), await drive(processes.steps({}))] as const;
      reader.kill('SIGKILL');
      expect(nodeStuck.evaluate({ looks }, testNode(), testNode())).toMatchObject([
        { status: 'degraded', summary: expect.stringContaining(`stat (pid ${reader.pid}, in request_wait_answer)`) },
      ]);
    },
  );
});
