import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servicePorts } from '../../src/checks/service-ports.ts';
import { serviceWait } from '../../src/checks/service-wait.ts';
import type { Ask, Reply } from '../../src/core/command.ts';
import { judge } from '../support/judge.ts';
import { has } from '../support/requires.ts';
import { freePort } from '../support/sshd.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

/** Listens on a port that others may share, and stays. */
const server = `
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
print("listening", flush=True)
time.sleep(600)
`;

describe.skipIf(!has('supervisord') || !has('python3'))(
  'ports of a real supervisord (needs supervisord, python3)',
  () => {
    const [ports, orphans]: [number[], ChildProcess[]] = [[], []];
    let daemon: Supervisord;

    /** A server that nobody supervises. */
    async function orphan(port: number): Promise<number> {
      const child = spawn('python3', [join(daemon.folder, 'server.py'), String(port)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      orphans.push(child);
      await once(child.stdout ?? child, 'data');
      return child.pid ?? 0;
    }

    beforeAll(async () => {
      for (let count = 0; count < 4; count += 1) ports.push(await freePort());
      daemon = await startSupervisord(
        `
[program:alone]
stopasgroup=true
killasgroup=true
command=/bin/sh -c 'python3 %(here)s/server.py ${ports[0]}; true'
[program:shared]
command=python3 %(here)s/server.py ${ports[1]}
[program:blocked]
command=/bin/sleep 600
[program:waits]
command=/bin/sh -c 'echo "Waiting for model: %(here)s/model.gguf"; while ! test -f %(here)s/model.gguf; do sleep 1; done; exec python3 %(here)s/server.py ${ports[3]}'
stdout_logfile=%(here)s/waits.log
stopasgroup=true
killasgroup=true
`,
        { 'server.py': server },
      );
      await until(async () => (await daemon.pidOf('waits')) !== undefined);
    });

    afterAll(async () => {
      for (const child of orphans) child.kill('SIGKILL');
      await daemon.end();
    });

    const declared = (unit: string, port = 0, more = {}) => ({
      manager: 'supervisor',
      unit,
      config: daemon.config,
      ports: [ports[port]],
      ...more,
    });

    test('a port of a child of the program is its own, and is found so without a look at other processes', async () => {
      const seen: { ask: Ask; reply: Reply }[] = [];
      await until(async () => (await judge(servicePorts, declared('alone')))[0]?.status === 'ok');
      expect(await judge(servicePorts, declared('alone'), seen)).toMatchObject([
        { status: 'ok', summary: expect.stringContaining('is held by app (127.0.0.1)') },
      ]);
      expect(seen.flatMap(({ ask }) => (ask.kind === 'exec' ? [ask.words[0]] : []))).toEqual(['ps']);
    });

    test('two trees on one port are told apart', async () => {
      await until(async () => (await judge(servicePorts, declared('shared', 1)))[0]?.status === 'ok');
      const pid = await orphan(ports[1] ?? 0);
      expect(await judge(servicePorts, declared('shared', 1))).toMatchObject([
        {
          status: 'critical',
          summary: expect.stringMatching(new RegExp(`^Two programs share .* process ${pid} "`)),
        },
      ]);
    });

    test('a stranger that answers in the place of a service is named', async () => {
      const pid = await orphan(ports[2] ?? 0);
      expect(await judge(servicePorts, declared('blocked', 2))).toMatchObject([
        {
          status: 'critical',
          summary: expect.stringMatching(new RegExp(`held by process ${pid} .*, not by the app that supervisor runs`)),
        },
      ]);
    });

    test('a program that waits for a file is not to be restarted, and goes on when the file is there', async () => {
      const service = declared('waits', 3, { kind: 'llama', waitSeconds: 1_800 });
      const until1 = async (status: string) =>
        until(async () => (await judge(serviceWait, service))[0]?.status === status, 15_000);
      await until1('degraded');
      expect(await judge(serviceWait, service)).toMatchObject([
        {
          status: 'degraded',
          restartHelps: 'no',
          summary: expect.stringContaining('its log ends with "Waiting for model'),
        },
      ]);
      expect(await judge(servicePorts, service)).toMatchObject([{ status: 'degraded', restartHelps: 'no' }]);
      writeFileSync(join(daemon.folder, 'model.gguf'), 'x');
      await until1('ok');
      expect(await judge(servicePorts, service)).toMatchObject([{ status: 'ok' }]);
    });
  },
);
