import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceConfig } from '../../src/checks/service-config.ts';
import { judge } from '../support/judge.ts';
import { has } from '../support/requires.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

const steady = '[program:steady]\ncommand=/bin/sleep 600 ; for a while\ndirectory=%(here)s\n';
const numbered = `[program:worker]
command=/bin/sh -c "sleep 60%(process_num)d"
numprocs=2
process_name=%(program_name)s_%(process_num)02d
[group:pool]
programs=worker
`;
const ctl = '[supervisorctl]\nserverurl=unix://%(here)s/supervisor.sock\n';

describe.skipIf(!has('supervisord'))('the configuration of a real supervisord (needs supervisord)', () => {
  let daemon: Supervisord;

  beforeAll(async () => {
    daemon = await startSupervisord(`${ctl}${steady}${numbered}`);
    await until(async () => (await daemon.pidOf('steady')) !== undefined);
  });

  afterAll(() => daemon.end());

  const first = async (unit: string) =>
    (await judge(serviceConfig, { manager: 'supervisor', unit, config: daemon.config }))[0];
  const reread = () => execFileSync('supervisorctl', ['-c', daemon.config, 'reread'], { encoding: 'utf8' });

  test('what is loaded as it stands is in order, numbered programs in a group too', async () => {
    expect(await first('steady')).toMatchObject({ status: 'ok' });
    expect(await first('pool:worker_01')).toMatchObject({ status: 'ok' });
  });

  test('what changed on disk is seen, and looking loads nothing', async () => {
    daemon.write(`${ctl}${steady.replace('600', '700')}${numbered}[program:fresh]\ncommand=/bin/sleep 600\n`);
    for (let looks = 0; looks < 2; looks += 1) {
      expect(await first('steady')).toMatchObject({
        status: 'degraded',
        summary: expect.stringContaining('command is "/bin/sleep 700" in'),
      });
      expect(await first('fresh')).toMatchObject({
        status: 'critical',
        summary: expect.stringContaining(' has it, but'),
      });
    }
    expect(await first('pool:worker_00')).toMatchObject({ status: 'ok' });
    // supervisord itself says what it had not read until now.
    expect(reread()).toMatch(/fresh: available[\s\S]*steady: changed/);
    expect(await first('fresh')).toMatchObject({ summary: expect.stringContaining('has it and was read, but') });
  });

  test('a program that is gone from disk, or in no file at all', async () => {
    daemon.write(ctl);
    expect(await first('steady')).toMatchObject({
      status: 'degraded',
      summary: expect.stringContaining('it is gone when'),
    });
    expect(await first('nope')).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('has a program nope'),
    });
  });
});
