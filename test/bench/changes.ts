import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { serviceRestart } from '../../src/actions/service-restart.ts';
import { createJournal } from '../../src/engine/journal.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { testNode } from '../support/node.ts';
import { plannedSet } from '../support/planned-set.ts';
import { freePort, sshNode, startSshd } from '../support/sshd.ts';
import { startSupervisord } from '../support/supervisord.ts';
import { median, ms, timed, type Figure } from './measure.ts';

const rounds = 5;
const quietSeconds = 2;

/** A server that needs half a second until it answers, as one that loads something. */
const server = `import http.server, sys, time
time.sleep(0.5)
class Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status":"ok"}')
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Ok).serve_forever()
`;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/health', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });

/** What a verified restart takes beyond the start of the service itself and the quiet time. */
async function verifiedRestart(folder: string): Promise<Figure> {
  const port = await freePort();
  // What this machine's root does at each login is nothing of ours: supervisorctl, which it is held against, does not log in.
  const sshd = await startSshd({ lines: [`SetEnv HOME=${folder}`] });
  const manager = await startSupervisord(
    `[program:api]\ncommand=python3 %(here)s/server.py ${port}\nstartsecs=0\nstopwaitsecs=5\n`,
    { 'server.py': server },
  );
  const transport = createSshTransport();
  try {
    const health = [{ url: `http://127.0.0.1:${port}/health`, expect: { status: 'ok' } }];
    const api = { kind: 'api', manager: 'supervisor', config: manager.config, quietSeconds, health };
    const { ssh } = sshNode(sshd);
    const node = testNode({ ssh, services: { api } });
    const { ops } = changeOps({
      state: join(folder, 'restart'),
      transport,
      nodes: [node],
      actions: [serviceRestart],
      policy: freeHand,
    });
    const ready = async () => {
      while (!(await answers(port))) await pause(2);
    };
    await ready();
    const own: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const alone = await timed(async () => {
        execFileSync('supervisorctl', ['-s', `unix://${manager.folder}/supervisor.sock`, 'restart', 'api'], {
          stdio: 'ignore',
        });
        await ready();
      });
      const steps = [{ action: 'service.restart', args: { service: 'api' } }];
      const verified = await timed(async () => {
        const { state, said } = await ops.change({ tool: 'bench', node, why: '', steps });
        if (state !== 'verified') throw new Error(`${state}: ${said}`);
      });
      // The first opens the line.
      if (round === 0) continue;
      own.push(alone);
      ours.push(verified);
    }
    const over = median(ours) - median(own) - quietSeconds * 1_000;
    return {
      figure: 'verified restart, beyond the start of the service itself by `supervisorctl restart` and the quiet time',
      goal: '≤ 300 ms',
      seen: `${ms(over)} (${ms(median(ours))} with ${quietSeconds} s quiet, ${ms(median(own))} by itself)`,
      reached: over <= 300,
    };
  } finally {
    await transport.close();
    await manager.end();
    await sshd.stop();
  }
}

/** What a step writes before and after it is sent. */
async function journaledStep(folder: string): Promise<Figure> {
  const run = { id: 'bench', node: 'n1', tool: 'bench', principal: 'cli:bench', why: '' };
  const journal = await createJournal(join(folder, 'journal'), run);
  await journal.append({ type: 'planned', set: plannedSet() });
  const which = { step: 1, way: 'do' } as const;
  const times: number[] = [];
  for (let round = 0; round < 100; round += 1)
    times.push(
      await timed(async () => {
        await journal.append({ type: 'saved', ...which, before: { pid: round }, ids: ['e-1'] });
        await journal.append({ type: 'intent', ...which, what: 'Restart llama.' });
        await journal.append({ type: 'result', ...which, how: 'done', said: 'stopped, started' });
        await journal.append({ type: 'verified', ...which, said: 'It holds.', ids: ['e-2'] });
      }),
    );
  await journal.close();
  const each = median(times);
  return { figure: 'journal of one step', goal: '≤ 5 ms', seen: ms(each), reached: each <= 5 };
}

export async function changes(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-bench-changes-'));
  try {
    return [await verifiedRestart(folder), await journaledStep(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
