import { describe, expect, test } from 'vitest';
import { captured } from '../../src/core/capture.ts';
import { run } from '../../src/core/command.ts';
import { childExecutor } from '../../src/transport/child-executor.ts';
import { execute } from '../../src/transport/exec.ts';
import { withSlots } from '../../src/transport/slots.ts';
import { leftOf, pidsOf, uniqueSeconds } from '../support/processes.ts';

const shell = childExecutor((line) => ['/bin/sh', '-c', line]);

describe('exec', () => {
  test('leaves out what the login shell prints by itself', async () => {
    const chatty = childExecutor((line) => ['sh', '-c', `echo Welcome; echo "no tty" >&2; ${line}`]);
    const { stdout, stderr } = await execute(chatty, run(['sh', '-c', 'echo out; echo err >&2']));
    expect([captured(stdout), captured(stderr)]).toEqual(['out\n', 'err\n']);
  });

  test('a shell that runs nothing is an error, not an exit code of the program', async () => {
    const closed = childExecutor(() => ['sh', '-c', 'echo "This account is currently not available."; exit 1']);
    await expect(execute(closed, run(['true']))).rejects.toMatchObject({
      code: 'REFUSED_BY_NODE',
      message: 'The node did not run true; it says: This account is currently not available.',
    });
  });

  test('a sudo that refuses is an error with what to do about it', async () => {
    const refused = childExecutor(() => ['sh', '-c', 'echo "sudo: a password is required" >&2; exit 1']);
    await expect(execute(refused, run(['id'], { become: 'sudo' }))).rejects.toMatchObject({
      code: 'REFUSED_BY_NODE',
      message: 'sudo does not run id; the node says: sudo: a password is required',
      hint: expect.stringContaining('NOPASSWD'),
    });
  });

  test('an exit code of 255 that the program did not prove is a lost link, never an answer', async () => {
    const dropping = childExecutor((line) => ['sh', '-c', `${line}; exit 255`]);
    await expect(execute(dropping, run(['echo', 'half']))).rejects.toMatchObject({ code: 'LINK_LOST' });
  });

  test('the deadline says what took how long, and keeps a long command short', async () => {
    const command = run(['sh', '-c', `sleep 60 # ${'x'.repeat(500)}`], { deadlineMs: 200 });
    const error = await execute(shell, command).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DEADLINE' });
    expect(String(error)).toMatch(/^OpsError: sh -c .{100,160} took longer than 0\.2 s\.$/);
  });

  test('200 MiB pass through without being kept', async () => {
    const before = process.memoryUsage().rss;
    const { stdout } = await execute(
      shell,
      run(['head', '-c', '209715200', '/dev/zero'], { bytes: 10_000, deadlineMs: 60_000 }),
    );
    expect(stdout.totalBytes).toBe(209_715_200);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1_048_576);
  });

  test('only so many run at once as there are slots, and one that is given up while it waits never starts', async () => {
    const slots = withSlots(shell, 2);
    const [first, second, third] = [uniqueSeconds(), uniqueSeconds(), uniqueSeconds()];
    const stop = new AbortController();
    const running = [first, second].map((seconds) =>
      execute(slots, run(['sleep', seconds]), stop.signal).catch(() => 'ended'),
    );
    await expect(execute(slots, run(['sleep', third], { deadlineMs: 300 }))).rejects.toMatchObject({
      code: 'DEADLINE',
    });
    expect(pidsOf(third)).toEqual([]);
    stop.abort();
    expect(await Promise.all(running)).toEqual(['ended', 'ended']);
    expect([await leftOf(first), await leftOf(second)]).toEqual([[], []]);
    expect((await execute(slots, run(['true']))).exitCode).toBe(0);
  });
});
