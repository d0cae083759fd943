import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { list, read, space, stat, tail } from '../../src/core/command.ts';
import type { FileTrouble, ReadFound } from '../../src/core/command.ts';
import type { Session } from '../../src/core/session.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { plainUser, sshNode, startSshd, type Sshd } from '../support/sshd.ts';

let sshd: Sshd;
let session: Session;
let folder: string;
const transport = createSshTransport();
let plain: ReturnType<typeof plainUser>;

beforeAll(async () => {
  plain = plainUser();
  sshd = await startSshd();
  session = await transport.open(sshNode(sshd));
  folder = mkdtempSync(join(tmpdir(), 'rh-files-'));
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  await transport.close();
  await sshd.stop();
  plain.remove();
  rmSync(folder, { recursive: true, force: true });
});

const text = (reply: ReadFound | FileTrouble) => (reply.ok ? Buffer.from(reply.bytes).toString() : reply.errno);
const tailOf = async (path: string, bytes = 65_536) => text(await session.ask(tail(path, { bytes })));
/** Whether an SFTP server holds a file open; sshd runs its own within itself. */
const openedBySftp = (path: string): boolean =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .some((pid) => {
      try {
        if (!/sshd|sftp/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) return false;
        return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
      } catch {
        return false;
      }
    });
/** Long enough ago that a handle may be trusted. */
const old = (path: string) => utimesSync(path, 1_700_000_000, 1_700_000_000);

describe.skipIf(!has('sshd'))('what is there (needs sshd)', () => {
  test('a link shows what it leads to and where', async () => {
    writeFileSync(join(folder, 'real'), '12345', { mode: 0o640 });
    symlinkSync('real', join(folder, 'link'));
    expect(await session.ask(stat(join(folder, 'link')))).toMatchObject({
      ok: true,
      type: 'file',
      size: 5,
      mode: 0o640,
      uid: 0,
      link: 'real',
    });
    const plainFile = await session.ask(stat(join(folder, 'real')));
    expect(plainFile).not.toHaveProperty('link');
  });

  test('a dangling link is missing, and says where it leads', async () => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    expect(await session.ask(stat(join(folder, 'dangling')))).toMatchObject({
      ok: false,
      errno: 'ENOENT',
      link: 'nowhere',
    });
  });

  test('a directory lists 2,000 entries and counts the rest', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let index = 0; index < 2_345; index += 1) writeFileSync(join(many, `f${index}`), '');
    const reply = await session.ask(list(many));
    if (!reply.ok) throw new Error(reply.message);
    expect(reply.entries).toHaveLength(2_000);
    expect(reply.omitted).toBe(345);
    expect(reply.entries[0]).toMatchObject({ type: 'file', size: 0 });
  });

  test('an empty directory lists nothing', async () => {
    mkdirSync(join(folder, 'empty'));
    expect(await session.ask(list(join(folder, 'empty')))).toMatchObject({ ok: true, entries: [], omitted: 0 });
  });

  test('the room of a filesystem agrees with df', async () => {
    const reply = await session.ask(space('/'));
    if (!reply.ok) throw new Error(reply.message);
    const said = execFileSync('df', ['-B1', '--output=used,avail', '/'], { encoding: 'utf8' });
    const [used = 0, available = 0] = [...said.matchAll(/\d+/g)].map(Number);
    expect(reply.totalBytes / (used + available)).toBeCloseTo(1, 2);
    expect(reply.freeBytes / available).toBeCloseTo(1, 2);
    expect(reply.inodes).toBeGreaterThan(0);
  });
});

describe.skipIf(!has('sshd'))('reading (needs sshd)', () => {
  test('a range, a file that ends before it, and one beyond its end', async () => {
    const path = join(folder, 'range');
    writeFileSync(path, '0123456789');
    expect(await session.ask(read(path, { offset: 2, bytes: 3 }))).toMatchObject({ ok: true, offset: 2, size: 10 });
    for (let round = 0; round < 2; round += 1) {
      old(path);
      expect(text(await session.ask(read(path, { offset: 2, bytes: 3 })))).toBe('234');
      expect(text(await session.ask(read(path, { offset: 8, bytes: 30 })))).toBe('89');
      expect(text(await session.ask(read(path, { offset: 50, bytes: 3 })))).toBe('');
    }
  });

  test('a range of more than one packet is whole', async () => {
    const path = join(folder, 'large');
    const bytes = Buffer.alloc(3_000_000, 'abcdefghijklmnopqrstuvwxyz0123456789');
    writeFileSync(path, bytes);
    for (let round = 0; round < 2; round += 1) {
      old(path);
      const reply = await session.ask(read(path, { offset: 5, bytes: 2_900_000 }));
      expect(reply.ok && Buffer.compare(Buffer.from(reply.bytes), bytes.subarray(5, 2_900_005))).toBe(0);
    }
  });

  test('files of /proc are read to their end although they have no size', async () => {
    for (let round = 0; round < 3; round += 1) {
      const reply = await session.ask(read('/proc/meminfo'));
      expect(text(reply)).toMatch(/^MemTotal:[\s\S]+\n$/);
      expect(reply).toMatchObject({ size: 0, offset: 0 });
      expect(text(await session.ask(read('/proc/cpuinfo', { bytes: 1_000_000 })))).toMatch(
        new RegExp(`processor\\s*: ${readFileSync('/proc/cpuinfo', 'utf8').split('processor').length - 2}\\n`),
      );
    }
  });

  test('what the kernel makes up is read to its end, in one piece or in many, the first time and later', async () => {
    const paths = [
      '/proc/sys/kernel/random/boot_id',
      `/proc/${process.pid}/limits`,
      `/proc/${process.pid}/cgroup`,
      '/sys/devices/system/cpu/online',
      // More than one page each.
      '/proc/kallsyms',
      '/proc/1/mountinfo',
    ];
    for (const path of [...paths, ...paths]) {
      const whole = readFileSync(path);
      const bytes = Math.min(whole.length + 1, 100_000);
      expect(text(await session.ask(read(path, { bytes }))), path).toBe(whole.toString('utf8', 0, bytes));
      expect(text(await session.ask(read(path, { bytes: 5 })))).toBe(whole.toString('utf8', 0, 5));
    }
  });

  test('a file of /proc whose process ended is missing, although its handle was kept', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const path = `/proc/${child.pid}/status`;
    expect(text(await session.ask(read(path)))).toContain('Name:');
    child.kill();
    await once(child, 'exit');
    expect(await session.ask(read(path))).toMatchObject({ ok: false, errno: 'ENOENT' });
  });

  test('a directory, a fifo and a socket are never opened', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(await session.ask(tail(fifo))).toMatchObject({ ok: false, errno: 'EINVAL' });
    expect(await session.ask(read(folder))).toMatchObject({ ok: false, errno: 'EISDIR' });
    expect(await session.ask(read('/dev/zero'))).toMatchObject({ ok: false, errno: 'EINVAL' });
    expect(await session.ask(stat(fifo))).toMatchObject({ ok: true, type: 'fifo' });
  });

  test('what a plain user may not read is denied', async () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'x', { mode: 0o600 });
    const asPlain = await transport.open(sshNode(sshd, { ssh: { user: plain.name } }, 'plain'));
    expect(await asPlain.ask(read(path))).toMatchObject({ ok: false, errno: 'EACCES' });
    expect(await asPlain.ask(read(join(folder, 'absent')))).toMatchObject({ ok: false, errno: 'ENOENT' });
  });
});

describe.skipIf(!has('sshd'))('a log under a kept handle (needs sshd)', () => {
  test('what is appended is seen, also beyond what was expected', async () => {
    const path = join(folder, 'growing.log');
    writeFileSync(path, 'one\n');
    old(path);
    expect(await tailOf(path)).toBe('one\n');
    appendFileSync(path, 'two\n');
    expect(await tailOf(path)).toBe('one\ntwo\n');
    appendFileSync(path, `${'x'.repeat(100_000)}\nend\n`);
    expect(await tailOf(path, 10)).toBe('xxxxx\nend\n');
    expect(await tailOf(path, 200_000)).toBe(readFileSync(path, 'utf8'));
  });

  test('after a rotation the new file is read', async () => {
    const path = join(folder, 'rotated.log');
    writeFileSync(path, 'before\n');
    old(path);
    expect(await tailOf(path)).toBe('before\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'after rotation\n');
    expect(await tailOf(path)).toBe('after rotation\n');
  });

  test('while a program still writes to the rotated file the new one is read', async () => {
    const path = join(folder, 'held.log');
    writeFileSync(path, 'before\n');
    old(path);
    expect(await tailOf(path)).toBe('before\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'new\n');
    appendFileSync(`${path}.1`, 'late\n');
    expect(await tailOf(path)).toBe('new\n');
  });

  test('a file replaced by one of the same size within the same second is never read from the old one', async () => {
    const path = join(folder, 'state.json');
    for (let version = 0; version < 30; version += 1) {
      writeFileSync(`${path}.new`, `{"version":${100 + version}}`);
      renameSync(`${path}.new`, path);
      expect(await tailOf(path)).toBe(`{"version":${100 + version}}`);
    }
  });

  test('a truncated log is read from its new end', async () => {
    const path = join(folder, 'truncated.log');
    writeFileSync(path, 'x'.repeat(50_000));
    old(path);
    await tailOf(path);
    truncateSync(path, 0);
    appendFileSync(path, 'fresh\n');
    expect(await tailOf(path)).toBe('fresh\n');
  });

  test('a log that was truncated and outgrew its old size before the next look is read anew', async () => {
    const path = join(folder, 'copytruncated.log');
    writeFileSync(path, 'old line\n'.repeat(5_000));
    old(path);
    await tailOf(path, 32_768);
    truncateSync(path, 0);
    appendFileSync(path, 'new line\n'.repeat(5_200));
    expect(await tailOf(path, 32_768)).toBe('new line\n'.repeat(5_200).slice(-32_768));
  });

  test('a log that grows a little at each look is the same as the file, however often', async () => {
    const path = join(folder, 'often.log');
    writeFileSync(path, '');
    old(path);
    for (let look = 0; look < 40; look += 1) {
      appendFileSync(path, `${look} ${'é'.repeat((look * 97) % 1_500)}\n`);
      const whole = readFileSync(path);
      expect(await tailOf(path, 4_096)).toBe(whole.subarray(-4_096).toString());
      expect(await tailOf(path, 8_192)).toBe(whole.subarray(-8_192).toString());
    }
  });

  test('a file is let go soon after the last look, so that its room is freed and its filesystem can be unmounted', async () => {
    const path = join(folder, 'let-go.log');
    writeFileSync(path, 'x\n');
    await tailOf(path);
    expect(openedBySftp(path)).toBe(true);
    await vi.waitFor(() => expect(openedBySftp(path)).toBe(false), { timeout: 40_000, interval: 500 });
    expect(await tailOf(path)).toBe('x\n');
  });

  test('a log that is removed is missing', async () => {
    const path = join(folder, 'removed.log');
    writeFileSync(path, 'x\n');
    old(path);
    await tailOf(path);
    rmSync(path);
    expect(await tailOf(path)).toBe('ENOENT');
  });

  test('more files than handles are kept are all read right, and their handles closed', async () => {
    const paths = Array.from({ length: 150 }, (_, index) => join(folder, `many-${index}.log`));
    for (const path of paths) {
      writeFileSync(path, path);
      old(path);
    }
    for (let round = 0; round < 2; round += 1)
      expect(await Promise.all(paths.map((path) => tailOf(path)))).toEqual(paths);
    const open = sshd
      .sessions()
      .flatMap((pid) => execFileSync('ls', ['-l', `/proc/${pid}/fd`], { encoding: 'utf8' }).split('\n'))
      .filter((line) => line.includes('/many-'));
    expect(open.length).toBeGreaterThan(0);
    expect(open.length).toBeLessThanOrEqual(64);
  });
});
