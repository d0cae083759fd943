import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import type { Node } from '../../src/core/node.ts';
import type { Report } from '../../src/core/report.ts';
import type { ChangeOps } from '../../src/core/tool.ts';
import { knobTune } from '../../src/tools/knob-tune.ts';
import { runResume } from '../../src/tools/run-resume.ts';
import { runShow } from '../../src/tools/run-show.ts';
import { runUndo } from '../../src/tools/run-undo.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { canMakeRooms, lockRoom, type LockRoom } from '../support/lock-room.ts';
import { has } from '../support/requires.ts';
import { freePort, sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { standInServer } from '../support/stand-in-server.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';

/** How long the stand-in takes with a value, in ms; with 5 it does not come up. The tests set one after the other. */
const table = JSON.stringify({ 2: 300, 3: 60, 4: 400, 6: 1 });
const isAble = has('sshd') && has('supervisord') && has('python3') && canMakeRooms;

let room: LockRoom;
let sshd: Sshd;
let daemon: Supervisord;
let node: Node;
let folder: string;
let state: string;
let ops: ChangeOps;
const transport = createSshTransport();

const newDoor = () => changeOps({ state, transport, nodes: [node], actions, policy: freeHand }).ops;
const tune = (to: string, more: { knob?: string; reason?: string; plan?: boolean } = {}) =>
  knobTune.run({ node: 'gpu-1', service: 'llama', knob: 'parallel', to, why: '', plan: false, ...more }, ops);
const script = () => join(daemon.folder, 'start.sh');
const setTo = () => /--parallel (\d)/.exec(readFileSync(script(), 'utf8'))?.[1];
/** What the process that runs was started with. */
async function runsWith(): Promise<string | undefined> {
  const pid = await daemon.pidOf('llama');
  const words = pid === undefined ? [] : readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return words[words.indexOf('--parallel') + 1];
}
/** How it ended, and all that was said. */
const refused = async (...words: Parameters<typeof tune>) => {
  const { data, summary, next } = await tune(...words);
  return [data.state, [summary, ...next.map(({ say }) => say)].join('\n')];
};
const measured = ({ show }: Report) =>
  show.flatMap((each) => (each.kind === 'table' && each.columns.includes('after') ? [each] : []));
const kept = () => readdirSync(daemon.folder).filter((name) => name.includes('.rackhand-'));

describe.skipIf(!isAble)(
  'tuning a stand-in for a model server (needs sshd, supervisord, python3, root, unshare)',
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rh-tune-'));
      room = await lockRoom();
      sshd = await startSshd({ room });
      const port = await freePort();
      const start = `#!/bin/sh\n# --parallel says how many at once\nexec python3 "$(dirname "$0")/server.py" ${port} '${table}' --parallel 2\n`;
      daemon = await startSupervisord(
        '[program:llama]\ncommand=/bin/sh %(here)s/start.sh\nstartsecs=0\nautorestart=false\n',
        { 'start.sh': start, 'server.py': standInServer, 'llama.env': 'BATCH=512\nLAYERS=20\n' },
      );
      const file = join(daemon.folder, 'llama.env');
      node = sshNode(sshd, {
        services: {
          llama: {
            manager: 'supervisor',
            config: daemon.config,
            startSeconds: 8,
            quietSeconds: 1,
            health: [{ url: `http://127.0.0.1:${port}/health` }],
            probe: { url: `http://127.0.0.1:${port}/work` },
            knobs: {
              parallel: { file: script(), flag: '--parallel', tier: 1, min: 1, max: 8, step: 3 },
              batch: { file, key: 'BATCH', tier: 2, values: [256, 512, 1024] },
              layers: { file, key: 'LAYERS', tier: 3, min: 0 },
            },
          },
        },
      });
    });
    afterAll(async () => {
      await transport.close();
      await sshd.stop();
      await daemon.end();
      await room.close();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(() => {
      state = mkdtempSync(join(folder, 'state-'));
      ops = newDoor();
    });

    test('what does better stays, is verified with its figures, and is shown later', async () => {
      const report = await tune('3');
      expect(report).toMatchObject({ data: { state: 'verified' }, summary: expect.stringContaining('instead of') });
      const [figures] = measured(report);
      expect(figures).toMatchObject({ title: expect.stringContaining('better: It answers in') });
      expect(figures?.rows).toContainEqual(['health', 'ok', 'ok']);
      expect(figures?.rows.map(([name]) => name)).toEqual(expect.arrayContaining(['latency', 'memory available']));
      expect([setTo(), await runsWith()]).toEqual(['3', '3']);
      const run = report.data.run ?? '';
      expect(measured(await runShow.run({ run, wait: 0 }, ops))).toEqual([figures]);
    });

    test('what does worse is taken back by itself, and the service runs as before', async () => {
      const report = await tune('4');
      expect(report).toMatchObject({
        data: { state: 'rolled_back' },
        summary: expect.stringMatching(
          /It answers in \d{3,} ms instead of .*: it is slower\. What it had changed is taken back/,
        ),
      });
      expect([setTo(), await runsWith(), kept().length]).toEqual(['3', '3', 1]);
    });

    test('what it does not come up with is taken back', async () => {
      const report = await tune('5');
      expect(report).toMatchObject({ data: { state: 'rolled_back' }, summary: expect.stringContaining('not proven') });
      expect([setTo(), await runsWith(), kept().length]).toEqual(['3', '3', 1]);
      expect(measured(report)).toMatchObject([{ title: expect.stringContaining('not judged') }]);
    });

    test('is refused beyond its limits, for what is not declared, and out of turn', async () => {
      const plan = { plan: true };
      expect(await refused('7')).toEqual(['refused', expect.stringContaining('The nearest that is allowed is 6.')]);
      expect(await refused('3')).toEqual(['refused', expect.stringContaining('is 3 already')]);
      expect(await refused('4', { knob: 'paralel' })).toEqual([
        'refused',
        expect.stringMatching(/Did you mean parallel\?[\s\S]*batch \(tier 2, memory pressure\): 256, 512, 1024\./),
      ]);
      expect(await refused('300', { knob: 'batch', reason: 'x' })).toEqual([
        'refused',
        expect.stringContaining('It may be'),
      ]);
      expect(await refused('30', { knob: 'layers', ...plan })).toEqual([
        'refused',
        expect.stringContaining('Try batch first'),
      ]);
      expect(await refused('256', { knob: 'batch', ...plan })).toEqual([
        'refused',
        expect.stringContaining('Try parallel'),
      ]);
      expect(await refused('256', { knob: 'batch', reason: 'it runs out of memory', ...plan })).toEqual([
        'planned',
        expect.stringContaining('from 512 to 256'),
      ]);
      expect(readdirSync(state)).not.toContain('runs');
    });

    describe('cut off', () => {
      let program: BuiltProgram;
      beforeAll(async () => void (program = await builtProgram('test/support/crash-program.ts')));
      afterAll(() => program.remove());

      /** Killed after so many lines of its journal. The 3rd is the measure before, the 12th the one after, then the judgement. */
      async function killedAfter(lines: number, to: string): Promise<string> {
        const steps = [
          { action: 'knob.set', args: { service: 'llama', knob: 'parallel', to } },
          { action: 'service.restart', args: { service: 'llama', reason: 'Changed just before.' } },
        ];
        const own = mkdtempSync(join(folder, 'plan-'));
        const plan = join(own, 'plan.json');
        writeFileSync(plan, JSON.stringify({ state, node, paths: [], steps, kill: { at: lines, before: false } }));
        const child = spawn(process.execPath, [program.path, plan], { stdio: 'ignore' });
        const [, signal] = (await once(child, 'close')) as [unknown, string | null];
        expect(signal).toBe('SIGKILL');
        const [run] = await ops.runs.list();
        if (run === undefined || 'trouble' in run) throw new Error('no run');
        return run.run.id;
      }

      test('after it was measured, it is judged by the journal, and taken back', async () => {
        const run = await killedAfter(12, '4');
        expect(await tune('6')).toMatchObject({ data: { state: 'refused' }, summary: expect.stringContaining(run) });
        const report = await runResume.run({ run, way: 'on' }, ops);
        expect(report).toMatchObject({
          data: { state: 'rolled_back' },
          summary: expect.stringContaining('it is slower'),
        });
        expect([setTo(), await runsWith()]).toEqual(['3', '3']);
      });

      test('before that, whoever goes on measures it, and it stays until that is taken back', async () => {
        const run = await killedAfter(11, '6');
        const report = await runResume.run({ run, way: 'on' }, ops);
        expect(report).toMatchObject({ data: { state: 'verified' }, summary: expect.stringMatching(/It answers in/) });
        expect([setTo(), await runsWith()]).toEqual(['6', '6']);
        expect((await ops.runs.find(run)).steps[0]).toMatchObject({
          measured: { before: { health: 'ok' }, after: { health: 'ok' } },
          judged: { is: 'better' },
        });
        expect(await runUndo.run({ run, why: '', plan: false }, ops)).toMatchObject({ data: { state: 'verified' } });
        expect([setTo(), await runsWith()]).toEqual(['3', '3']);
      });
    });
  },
);
