import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceEnviron } from '../../src/probes/service-environ.ts';
import { serviceStates } from '../../src/probes/service-states.ts';
import { drive } from '../support/drive.ts';
import { has } from '../support/requires.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'rackhand-environ-'));
const config = join(folder, 'supervisord.conf');
const place = { config };
let daemon: ChildProcess | undefined;

// The start script sets a variable of its own before it starts the program, as such scripts do.
const text = `[unix_http_server]
file=%(here)s/s.sock
[supervisord]
nodaemon=true
logfile=%(here)s/s.log
pidfile=%(here)s/s.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/s.sock
[program:worker]
command=/bin/sleep 600
environment=TEMPORAL_ADDRESS="temporal:7233",NAMESPACE="default ",CUDA_VISIBLE_DEVICES="-1"
startsecs=0
[program:script]
stopasgroup=true
command=/bin/sh -c 'MODEL=/models/x.gguf; export MODEL; sleep 601; exit 1'
startsecs=0
[program:down]
command=/bin/sleep 600
autostart=false
`;

const environ = (unit: string, wanted: Record<string, string>) =>
  drive(serviceEnviron.steps({ manager: 'supervisor', place, units: ['worker', 'script', 'down'], unit, wanted }));

/** Whether the shell of the script has come so far as to start its program. */
const scriptSleeps = () => {
  try {
    return execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).includes('\nsleep 601\n');
  } catch {
    return false;
  }
};

describe.skipIf(!has('supervisord'))('the environment of a running service (needs supervisord)', () => {
  beforeAll(async () => {
    writeFileSync(config, text);
    daemon = spawn('supervisord', ['-n', '-c', config], { stdio: 'ignore' });
    await until(async () => {
      const answer = await drive(serviceStates.steps({ manager: 'supervisor', place, units: ['worker'] }));
      const up = answer.reachable ? answer.services.filter(({ pid }) => pid !== null).length : 0;
      return up === 2 && scriptSleeps();
    });
  });

  afterAll(async () => {
    if (daemon !== undefined) {
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
    rmSync(folder, { recursive: true });
  });

  test('is compared with what is declared', async () => {
    const wanted = { TEMPORAL_ADDRESS: 'temporal:7233', NAMESPACE: 'default', GONE: 'x', CUDA_VISIBLE_DEVICES: '0' };
    expect(await environ('worker', wanted)).toMatchObject({
      seen: true,
      program: 'sleep',
      compared: { TEMPORAL_ADDRESS: 'same', NAMESPACE: 'nearly', GONE: 'missing', CUDA_VISIBLE_DEVICES: 'different' },
      hiding: ['CUDA_VISIBLE_DEVICES'],
      stubs: false,
    });
  });

  test('is that of the program, not of the script that starts it', async () => {
    expect(await environ('script', { MODEL: '/models/x.gguf' })).toMatchObject({
      program: 'sleep',
      compared: { MODEL: 'same' },
    });
  });

  test('is not there while it is down', async () => {
    expect(await environ('down', { A: '1' })).toEqual({ seen: false, why: 'down' });
  });
});
