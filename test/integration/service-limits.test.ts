import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceLimits } from '../../src/checks/service-limits.ts';
import { judge } from '../support/judge.ts';
import { has } from '../support/requires.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

const hungry = `
import mmap, time
try:
    mmap.mmap(-1, 64 * 1024**3)
except OSError as error:
    print(error, flush=True)
time.sleep(600)
`;

describe.skipIf(!has('supervisord') || !has('python3'))('limits of real processes (needs supervisord, python3)', () => {
  let daemon: Supervisord;

  beforeAll(async () => {
    daemon = await startSupervisord(
      `
[program:held]
command=/bin/sh -c 'ulimit -v 2097152; exec python3 -u %(here)s/hungry.py'
redirect_stderr=true
stdout_logfile=%(here)s/held.log
[program:free]
command=/bin/sleep 600
[program:leaks]
command=python3 -c 'import time; held = [open("/dev/null") for _ in range(1000)]; print("open", flush=True); time.sleep(600)'
stdout_logfile=%(here)s/leaks.log
`,
      { 'hungry.py': hungry },
    );
  });

  afterAll(() => daemon.end());

  const declared = (unit: string) => ({ manager: 'supervisor', unit, config: daemon.config });
  const first = async (unit: string) => (await judge(serviceLimits, declared(unit)))[0];

  test('a program that gets no memory although the node has plenty names its limit', async () => {
    await until(async () => (await first('held'))?.status === 'critical');
    expect(await first('held')).toMatchObject({
      restartHelps: 'no',
      summary: expect.stringMatching(/may map 2\.0 GiB of address space at most .*Cannot allocate memory/),
    });
  });

  test('one without a limit is not blamed', async () => {
    await until(async () => (await daemon.pidOf('free')) !== undefined);
    expect(await first('free')).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('no limit on address'),
    });
  });

  test('open files are counted against the limit of the process itself', async () => {
    await until(async () => (await daemon.pidOf('leaks')) !== undefined);
    // The limit is whatever this machine gives; that the number is seen is what counts.
    await expect
      .poll(async () => (await first('leaks'))?.summary, { timeout: 10_000 })
      .toMatch(/\b1\d{3} (?:of \d+ )?files open/);
  });
});
