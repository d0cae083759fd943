import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { http, read, run, stat } from '../../src/core/command.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';

let sshd: Sshd;
const transport = createSshTransport();

beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(async () => {
  await transport.close();
  await sshd.stop();
});

describe.skipIf(!has('sshd'))('a lost link is unknown, never success (needs sshd)', () => {
  test('sshd killed while a command runs', async () => {
    const session = await transport.open(sshNode(sshd, {}, 'killed'));
    const running = session.ask(run(['sh', '-c', 'echo started; exec sleep 60']));
    await vi.waitFor(async () => expect(await sleeping('sleep 60')).toBe(true), 20_000);
    sshd.killSessions();
    await expect(running).rejects.toMatchObject({ code: 'LINK_LOST' });
  });

  test('the next question on the same session makes the connection anew', async () => {
    const session = await transport.open(sshNode(sshd, {}, 'again'));
    await session.ask(stat('/'));
    const lost = session.ask(run(['sleep', '61']));
    await vi.waitFor(async () => expect(await sleeping('sleep 61')).toBe(true), 20_000);
    sshd.killSessions();
    await expect(lost).rejects.toMatchObject({ code: 'LINK_LOST' });
    expect(await session.ask(stat('/'))).toMatchObject({ ok: true });
    const reopened = await transport.open(sshNode(sshd, {}, 'again'));
    expect((await reopened.ask(run(['echo', 'back']))).stdout.head).toBe('back\n');
  });

  test('a node that is gone says so to the next question', async () => {
    const gone = await startSshd();
    const session = await transport.open(sshNode(gone, {}, 'gone'));
    await session.ask(stat('/'));
    const running = session.ask(run(['sleep', '62']));
    await vi.waitFor(async () => expect(await sleeping('sleep 62')).toBe(true), 20_000);
    await gone.kill();
    await expect(running).rejects.toMatchObject({ code: 'LINK_LOST' });
    await expect(session.ask(stat('/'))).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await gone.stop();
  });

  test('a frozen link is found by keep-alive, and every question that waits is told', async () => {
    const frozen = await startSshd();
    const session = await transport.open(sshNode(frozen, {}, 'frozen'));
    await session.ask(stat('/'));
    frozen.freeze();
    const deadlineMs = 50_000;
    const waiting = await Promise.allSettled([
      session.ask(stat('/etc', { deadlineMs })),
      session.ask(read('/proc/meminfo', { deadlineMs })),
      session.ask(run(['true'], { deadlineMs })),
      session.ask(http('http://127.0.0.1:1/', { deadlineMs })),
    ]);
    const codes = waiting.map((one) =>
      one.status === 'rejected' ? (one.reason as { code: string }).code : 'answered',
    );
    expect(codes).toEqual(Array.from({ length: 4 }, () => 'LINK_LOST'));
    frozen.thaw();
    await frozen.stop();
  });

  test('while a link is frozen a question ends at its deadline, and a silent service is not blamed', async () => {
    const frozen = await startSshd();
    const session = await transport.open(sshNode(frozen, {}, 'silent'));
    await session.ask(stat('/'));
    frozen.freeze();
    const [file, page] = await Promise.allSettled([
      session.ask(stat('/etc', { deadlineMs: 300 })),
      session.ask(http('http://127.0.0.1:1/', { deadlineMs: 300 })),
    ]);
    expect(file).toMatchObject({ reason: { code: 'DEADLINE' } });
    expect(page).toMatchObject({ reason: { code: 'DEADLINE' } });
    frozen.thaw();
    await frozen.stop();
  });
});

describe.skipIf(!has('sshd'))('connections come and go (needs sshd)', () => {
  test('one that nobody uses is closed, and opened again by the next question', async () => {
    const brief = createSshTransport({ idleMs: 50 });
    const session = await brief.open(sshNode(sshd, {}, 'idle'));
    await session.ask(stat('/'));
    const before = sshd.logins();
    await vi.waitFor(() => expect(sshd.log()).toMatch(/Received disconnect|Connection closed by/), 20_000);
    expect(await session.ask(stat('/'))).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(sshd.logins()).toBe(before + 1), 20_000);
    await brief.close();
  });

  test('one that is used is not idle, however long a command takes', async () => {
    const brief = createSshTransport({ idleMs: 50 });
    const session = await brief.open(sshNode(sshd, {}, 'busy'));
    expect((await session.ask(run(['sleep', '0.4']))).exitCode).toBe(0);
    await brief.close();
  });

  test('closing the transport ends what is pending and what is being made', async () => {
    const closing = createSshTransport();
    const session = await closing.open(sshNode(sshd, {}, 'closing'));
    const running = session.ask(run(['sleep', '63']));
    const opening = closing.open(sshNode(sshd, {}, 'opening'));
    await vi.waitFor(async () => expect(await sleeping('sleep 63')).toBe(true), 20_000);
    const ends = Promise.allSettled([running, opening]);
    await closing.close();
    const [first] = await ends;
    expect(first).toMatchObject({ status: 'rejected' });
    await expect(closing.open(sshNode(sshd))).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

/** Whether a process of this machine runs exactly these words. */
async function sleeping(words: string): Promise<boolean> {
  const { readdirSync, readFileSync } = await import('node:fs');
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).join(' ') === words;
    } catch {
      return false;
    }
  });
}
