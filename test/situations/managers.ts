import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Part } from '../support/planted-node.ts';
import { supervisorConfig } from '../support/planted-programs.ts';
import { restart, type Situation } from '../support/situation.ts';
import { noise, rotated, stoppedJob } from './herrings.ts';
import { fastapi, llama, worker, young } from './parts.ts';

const running = 'service.running service:comfyui';

/** Lines of sh that end a program and wait until it is no more than a zombie. */
const ended = (signal: string, pidFile: string) => [
  `pid=$(cat ${pidFile}); kill -${signal} $pid; while grep -qs '^State:.[^Z]' /proc/$pid/status; do sleep 0.02; done`,
];

/** A stand-in for systemctl and journalctl that plays what systemd shows of a unit: simulated. */
const systemd = (shown: string, journal: readonly string[] = ['systemd[1]: Started comfyui.service']): Part => ({
  files: {
    '/usr/bin/systemctl': `#!/bin/sh\ncat <<'E'\nId=comfyui.service\nNeedDaemonReload=no\n${shown}\nE\n`,
    '/usr/bin/journalctl': `#!/bin/sh\ncat <<'E'\n${journal.map((line) => `2026-11-21T12:00:00+0000 gpu-1 ${line}`).join('\n')}\nE\n`,
  },
  services: { comfyui: { kind: 'comfyui', manager: 'systemd', unit: 'comfyui.service' } },
  node: { ...young, simulated: ['systemd'] },
});
const active =
  'LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nNRestarts=0\nMainPID=4711\nActiveEnterTimestampMonotonic=5000000';

const pm2 = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin', 'pm2');
const root = dirname(dirname(dirname(dirname(pm2))));

/** An app under a real pm2. */
const underPm2 = (script: string, more: Partial<Part>): Part => ({
  files: {
    '/workspace/comfyui.js': script,
    '/workspace/apps.json': JSON.stringify({
      apps: [
        { name: 'comfyui', script: '/workspace/comfyui.js', cwd: '/workspace', max_restarts: 2, min_uptime: 60_000 },
      ],
    }),
  },
  binds: [...new Set([root, dirname(process.execPath)])],
  before: [
    `HOME=/root PATH=${dirname(process.execPath)}:$PATH ${process.execPath} ${pm2} start /workspace/apps.json --silent > /dev/null < /dev/null`,
  ],
  services: { comfyui: { kind: 'comfyui', manager: 'pm2', home: '/root/.pm2' } },
  node: young,
  ...more,
});
const lives = "console.log('ready'); setInterval(() => {}, 1000);";
const logged = (text: string, times: number) => [{ file: '/root/.pm2/pm2.log', text, times }];

/** Service managers that are gone, shut or asked for the wrong name. */
export const managers: readonly Situation[] = [
  {
    name: 'supervisord was killed, and its programs live on without it',
    plant: (broken) => [
      llama(),
      fastapi(),
      { after: broken ? ended('KILL', '/run/supervisord.pid') : [] },
      rotated('/var/log/llama.err', ...noise),
    ],
    expect: {
      cause: 'manager.reach manager:supervisor',
      says: /is left over: nothing listens there/,
      next: /why supervisord ended/,
      follow: ['llama', 'fastapi'],
      notOk: ['service.running'],
    },
    herring: true,
  },
  {
    name: 'supervisord was ended, and everything under it',
    plant: (broken) => [llama(), fastapi(), worker(), { after: broken ? ended('TERM', '/run/supervisord.pid') : [] }],
    expect: {
      cause: 'manager.reach manager:supervisor',
      says: /does not exist/,
      next: /start it again/,
      follow: ['llama', 'fastapi', 'worker-gpu'],
      notOk: ['service.running'],
    },
  },
  {
    name: 'the fleet file calls a service by a name that supervisor does not know',
    plant: (broken) => [
      llama(),
      worker(broken ? { declared: { kind: 'worker', needs: [], unit: 'worker_gpu' } } : {}),
      stoppedJob,
    ],
    expect: {
      cause: 'service.config service:worker-gpu',
      says: /has a program worker_gpu/,
      next: /Correct the name \(unit\)/,
      follow: ['worker-gpu'],
      notOk: ['service.running'],
      never: restart,
    },
    herring: true,
  },
  {
    name: 'a unit of systemd is started again and again',
    plant: (broken) => [
      llama(),
      systemd(
        broken
          ? 'LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nResult=exit-code\nExecMainCode=1\nExecMainStatus=1\nNRestarts=603\nMainPID=0'
          : active,
        broken ? ["comfyui[99]: ModuleNotFoundError: No module named 'comfy_aimdo'"] : undefined,
      ),
    ],
    expect: {
      cause: 'service.log service:comfyui',
      says: /Python module is not installed/,
      next: /which python the command uses/,
      never: restart,
      follow: ['comfyui'],
      notOk: ['service.running'],
    },
  },
  {
    name: 'systemd gave up on a unit, and supervisor has a stopped job',
    plant: (broken) => [
      llama(),
      stoppedJob,
      systemd(
        broken
          ? 'LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=start-limit-hit\nExecMainCode=1\nExecMainStatus=1\nNRestarts=5\nMainPID=0'
          : active,
      ),
    ],
    expect: { cause: running, says: /failed \(failed\), start-limit-hit/, next: /logs of comfyui/ },
    herring: true,
  },
  {
    name: 'a unit of systemd is not there',
    plant: (broken) => [
      systemd(
        broken
          ? 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nResult=success\nNRestarts=0\nMainPID=0'
          : active,
      ),
    ],
    expect: {
      cause: 'service.config service:comfyui',
      says: /finds no file of comfyui\.service/,
      next: /Correct the name \(unit\)/,
      never: restart,
    },
  },
  {
    name: 'pm2 gave up on an app',
    plant: (broken) => [
      underPm2(broken ? "console.error('no model'); process.exit(7);" : lives, {
        ready: broken ? logged('had too many unstable restarts', 1) : logged('online', 1),
      }),
    ],
    expect: { cause: running, says: /errored/, next: /logs of comfyui/, notOk: ['service.running'] },
  },
  {
    name: 'the daemon of pm2 was killed, and its app lives on',
    plant: (broken) => [
      underPm2(lives, {
        ready: logged('online', 1),
        after: broken ? ended('KILL', '/root/.pm2/pm2.pid') : [],
      }),
      rotated('/root/.pm2/pm2.log', 'had too many unstable restarts (16). Stopped. "errored"'),
    ],
    expect: {
      cause: 'manager.reach manager:pm2',
      says: /pm2 can not be asked/,
      next: /pm2 resurrect/,
      follow: ['comfyui'],
      notOk: ['service.running'],
    },
    herring: true,
  },
  {
    name: 'supervisord wants a password that nobody declared',
    plant: (broken) => [
      llama(),
      {
        before: [`sed -i 's/^file=.*/&\\nusername=ops\\npassword=word/' ${supervisorConfig}`],
        ...(broken && { after: [`sed -i '/^username/d;/^password/d' ${supervisorConfig}`] }),
      },
    ],
    expect: {
      cause: 'manager.reach manager:supervisor',
      role: 'finding',
      says: /wants a user name and password/,
      next: /Declare `auth`/,
      never: restart,
      notOk: ['service.running'],
    },
  },
];
