import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceDevices, type ServiceDevices } from '../../src/probes/service-devices.ts';
import { drive } from '../support/drive.ts';
import { has } from '../support/requires.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rackhand-attached-'));
let manager: Supervisord | undefined;

/** In a mount namespace of their own: null devices under the names of GPU devices. They prove the mechanics, no GPU. */
const standIns =
  'mount -t tmpfs none /dev && mknod /dev/nvidia0 c 1 3 && mknod /dev/nvidiactl c 1 3 && mknod /dev/null c 1 3';
const canStandIn =
  has('supervisord') &&
  spawnSync('unshare', ['-m', '/bin/sh', '-c', `${standIns} && exec 3</dev/nvidia0`]).status === 0;

const script = (name: string, open: string): string => {
  const path = join(scratch, `${name}.sh`);
  writeFileSync(path, `exec unshare -m /bin/sh -c '${standIns}; ${open}; touch ${path}.ready; sleep 600 & wait'\n`);
  return path;
};

const held = (unit: string): Promise<ServiceDevices> =>
  drive(
    serviceDevices.steps({
      manager: 'supervisor',
      place: { config: manager?.config },
      units: ['holder', 'fallback'],
      unit,
    }),
  );

describe.skipIf(!canStandIn)(
  'the open files of a real process tree, stand-ins for GPU devices among them (where a mount namespace may be made)',
  () => {
    beforeAll(async () => {
      const holder = script('holder', 'exec 7</dev/nvidia0');
      const fallback = script('fallback', 'exec 7</dev/nvidiactl');
      manager = await startSupervisord(
        `[program:holder]
command=/bin/sh ${holder}
stopasgroup=true
[program:fallback]
command=/bin/sh ${fallback}
stopasgroup=true
`,
      );
      await until(async () => {
        const both = await Promise.all([held('holder'), held('fallback')]);
        return both.every(({ processes }) => processes === 2);
      }, 15_000);
    });

    afterAll(async () => {
      await manager?.end();
      rmSync(scratch, { recursive: true, force: true });
    });

    test('a program below its shell that has the device open holds it', async () => {
      expect(await held('holder')).toMatchObject({ processes: 2, devices: ['/dev/nvidia0'], denied: 0, unseen: 0 });
    });

    test('one that has only the control device open holds none', async () => {
      expect(await held('fallback')).toMatchObject({ processes: 2, devices: [], denied: 0, unseen: 0 });
    });
  },
);
