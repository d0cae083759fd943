import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fileEdit } from '../../src/tools/file-edit.ts';
import { runShow } from '../../src/tools/run-show.ts';
import { serviceRestart } from '../../src/tools/service-restart.ts';
import { crashingJob, fullLooking, rotated, stoppedJob } from '../situations/herrings.ts';
import { fastapi, llama, modelPath, wholeModel, worker } from '../situations/parts.ts';
import { filesystem } from '../situations/storage.ts';
import type { Part } from '../support/planted-node.ts';
import { supervisorConfig } from '../support/planted-programs.ts';
import { nodeName, stages } from '../support/playing.ts';
import { has } from '../support/requires.ts';
import { rejection } from '../support/scratch-folder.ts';

const needed = ['sshd', 'supervisord', 'unshare', 'setpriv'];
const { on, state, close } = stages();

const pidOf = (name: string) => ['supervisorctl', '-c', supervisorConfig, 'pid', name] as const;
const soon = { quietSeconds: 1, startSeconds: 20 };
const logs = '/workspace/logs';
const bigLog = `${logs}/fastapi.log`;
/** The api writes its log on a disk of its own, which `fill` fills. */
const onOwnDisk = (fill: string): readonly Part[] => [
  filesystem(logs, 'size=30m', fill),
  llama(),
  fastapi({ declared: { ...soon, needs: [], logs: [bigLog] } }),
];
const chatty = `yes 'INFO: 127.0.0.1 GET /health 200 OK' | head -c 25600000 > ${bigLog}`;

describe.skipIf(!needed.every(has) || process.getuid?.() !== 0)(
  `playbooks of the node on planted nodes (needs root, ${needed.join(', ')})`,
  () => {
    beforeAll(() => void vi.stubEnv('RACKHAND_STATE', state));
    afterAll(close);

    test.concurrent('disk_free packs the log that fills the disk, loses no line of it, and deletes nothing', async () => {
      await on(
        [...onOwnDisk(`${chatty}; echo mine > ${logs}/notes.txt`), crashingJob],
        async ({ plan, play, says }) => {
          const lines = await says('wc', '-l', bigLog);
          expect(await plan('disk_free')).toMatchObject({
            data: { nodes: [{ state: 'planned', remedy: 'pack_log' }] },
          });
          const report = await play('disk_free');
          expect(report).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'verified', remedy: 'pack_log' }] } });
          expect(await says('sh', '-c', `gzip -dc ${bigLog}.1.gz | wc -l`)).toBe(`${lines.split(' ')[0]}\n`);
          expect(await says('cat', `${logs}/notes.txt`)).toBe('mine\n');
        },
      );
    });

    test.concurrent('disk_free names what is not ours with its size, and leaves it to a person', async () => {
      const fill = `mkdir ${logs}/hub; head -c 28M /dev/zero > ${logs}/hub/model.bin`;
      await on([...onOwnDisk(fill), stoppedJob], async ({ play, says }) => {
        const report = await play('disk_free');
        expect(report).toMatchObject({
          status: 'critical',
          data: { nodes: [{ state: 'escalated', remedy: 'decide' }] },
        });
        expect(report.summary).toMatch(/not ours to take away: .*\/workspace\/logs\/hub \(28\.0 MiB\)/);
        expect(await says('stat', '-c', '%s', `${logs}/hub/model.bin`)).toBe(`${28 * 1024 * 1024}\n`);
      });
    });

    test.concurrent('a node that is well passes the checklist, and its disks are left alone', async () => {
      const parts = [
        ...onOwnDisk(`echo INFO > ${bigLog}`),
        fullLooking,
        stoppedJob,
        rotated('/var/log/llama.err', 'old'),
      ];
      await on(parts, async ({ plan, play }) => {
        expect(await play('disk_free')).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'well', runs: [] }] } });
        for (const report of [await plan('validate'), await play('validate')]) {
          expect(report).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'checked', runs: [] }] } });
          expect(report).not.toHaveProperty('change');
          expect(report.summary).toMatch(
            /^gpu-1: (\d+) of \1 questions of validate are answered well; \d+ do not apply here\.$/,
          );
          expect(report.show).toEqual([expect.objectContaining({ title: 'What was asked' })]);
        }
      });
    });

    test.concurrent('a node with a cut model and a service that is down fails the checklist where it should', async () => {
      const parts = [
        llama({ model: wholeModel.subarray(0, 100), told: { exit: 1 } }),
        fastapi({ declared: { needs: [] }, told: { port: 8000, answers: { '/health': [200, { status: 'ok' }] } } }),
        worker(),
        stoppedJob,
      ];
      await on(parts, async ({ play }) => {
        const report = await play('validate');
        expect(report).toMatchObject({ status: 'critical', data: { nodes: [{ state: 'checked', runs: [] }] } });
        const answers = report.data.nodes[0]?.answers ?? [];
        const of = (words: string) => answers.find(({ asks }) => asks.includes(words));
        expect(of('have they stayed up')).toMatchObject({ status: 'critical' });
        expect(of('Are the models there')).toMatchObject({
          status: 'critical',
          says: expect.stringContaining(modelPath),
        });
        expect(of('room on the disks')?.status).toBe('ok');
        expect(of('Is the work of the queues')?.status).toBe('not_applicable');
        expect(report.summary).toContain('Do the services run, and have they stayed up?');
      });
    });

    test.concurrent('rollback takes back what one run changed, restarts only what that concerns, and does nothing twice', async () => {
      const file = '/workspace/api.env';
      const api = fastapi({ declared: { ...soon, needs: [], editable: [file] }, files: { [file]: 'WORKERS=2\n' } });
      await on([llama({ declared: soon }), api, stoppedJob], async ({ call, plan, play, says }) => {
        const edit = { node: nodeName, service: 'fastapi', path: file, key: 'WORKERS', value: '8', restart: true };
        const edited = await call(fileEdit, edit);
        const run = (edited.data as { run: string }).run;
        const [llamaBefore, apiBefore] = [await says(...pidOf('llama')), await says(...pidOf('fastapi'))];
        expect(await says('cat', file)).toBe('WORKERS=8\n');

        expect(await plan('rollback', { with: [`run=${run}`] })).toMatchObject({
          data: { nodes: [{ state: 'planned', remedy: 'take_back' }] },
        });
        expect(await says('cat', file)).toBe('WORKERS=8\n');
        const report = await play('rollback', { with: [`run=${run}`] });
        expect(report).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'verified', remedy: 'take_back' }] } });
        expect(await says('cat', file)).toBe('WORKERS=2\n');
        expect(await says(...pidOf('llama'))).toBe(llamaBefore);
        expect(await says(...pidOf('fastapi'))).not.toBe(apiBefore);
        expect(report.data.nodes[0]?.answers.find(({ asks }) => asks === 'Do they answer?')?.status).toBe('ok');

        const [undo = ''] = report.data.nodes[0]?.runs ?? [];
        const shown = JSON.stringify(await call(runShow, { run: undo }));
        expect(shown).toContain(`It takes back run ${run}, whose evidence is kept`);

        const apiSince = await says(...pidOf('fastapi'));
        const restarted = await call(serviceRestart, { node: nodeName, service: 'llama' });
        const left = (restarted.data as { run: string }).run;
        const llamaSince = await says(...pidOf('llama'));
        const again = await play('rollback', { with: [`run=${run}`] });
        expect(again).toMatchObject({ data: { nodes: [{ state: 'escalated', remedy: null }] } });
        expect(again.summary).toContain('holds again what it held before: there is nothing to take back.');
        const refused = await rejection(play('rollback', { with: [`run=${left}`] }));
        expect(refused).toMatchObject({ code: 'USAGE', message: `Run ${left} left nothing that can be taken back.` });
        expect(await rejection(play('rollback', { with: ['run=none-such'] }))).toMatchObject({ code: 'UNKNOWN_RUN' });
        expect(await says(...pidOf('fastapi'))).toBe(apiSince);
        expect(await says(...pidOf('llama'))).toBe(llamaSince);
      });
    });

    test.concurrent('rollback that does not mend the node leaves it to a person', async () => {
      const file = '/workspace/api.env';
      const api = fastapi({ declared: { ...soon, needs: [], editable: [file] }, files: { [file]: 'WORKERS=2\n' } });
      await on([llama(), api, worker({ told: { exit: 1 } })], async ({ call, play, says }) => {
        const edit = { node: nodeName, service: 'fastapi', path: file, key: 'WORKERS', value: '8', restart: true };
        const run = ((await call(fileEdit, edit)).data as { run: string }).run;
        const report = await play('rollback', { with: [`run=${run}`] });
        expect(report).toMatchObject({
          status: 'critical',
          data: { nodes: [{ state: 'escalated', remedy: 'not_that' }] },
        });
        expect(report.summary).toMatch(/is taken back, and gpu-1 is still not well: .*worker-gpu/);
        expect(await says('cat', file)).toBe('WORKERS=2\n');
      });
    });
  },
);
