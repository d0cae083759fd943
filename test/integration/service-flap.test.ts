import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceFlap } from '../../src/checks/service-flap.ts';
import { judge } from '../support/judge.ts';
import { has } from '../support/requires.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

describe.skipIf(!has('supervisord'))('the rhythm of a real supervisord (needs supervisord)', () => {
  let daemon: Supervisord;

  beforeAll(async () => {
    daemon = await startSupervisord(
      `
[program:beats]
command=/bin/sh -c 'sleep 1; exit 3'
startsecs=0
autorestart=true
[program:waits]
command=/bin/sh %(here)s/start.sh
startsecs=0
autorestart=true
[program:steady]
command=/bin/sleep 600
`,
      { 'start.sh': 'MODEL_WAIT_SECONDS="${MODEL_WAIT_SECONDS:-2}"\nsleep "$MODEL_WAIT_SECONDS"\nexit 1\n' },
    );
  });

  afterAll(() => daemon.end());

  const declared = (unit: string, more = {}) => ({ manager: 'supervisor', unit, config: daemon.config, ...more });

  test('a crash in a steady beat is told from one that follows the wait of its start script', async () => {
    const waits = declared('waits', { kind: 'llama', files: [`${daemon.folder}/start.sh`] });
    await until(async () => (await judge(serviceFlap, waits))[0]?.restartHelps === 'after-fix', 45_000);
    expect(await judge(serviceFlap, waits)).toMatchObject([
      { status: 'critical', summary: expect.stringContaining('that is MODEL_WAIT_SECONDS in') },
    ]);
    await until(async () => (await judge(serviceFlap, declared('beats')))[0]?.status === 'critical', 45_000);
    expect(await judge(serviceFlap, declared('beats'))).toMatchObject([
      { status: 'critical', restartHelps: 'after-fix', summary: expect.stringMatching(/exit status 3, last .* ago/) },
    ]);
  });

  test('a program that runs on has no end to tell of', async () => {
    expect(await judge(serviceFlap, declared('steady'))).toMatchObject([{ status: 'ok' }]);
  });
});
