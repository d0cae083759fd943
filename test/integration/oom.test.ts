import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeOom } from '../../src/checks/node-oom.ts';
import { oomKills } from '../../src/checks/oom-kills.ts';
import type { Verdict } from '../../src/core/check.ts';
import { kernelLog } from '../../src/probes/kernel-log.ts';
import { oomCounters } from '../../src/probes/oom-counters.ts';
import { serviceCgroups } from '../../src/probes/service-cgroups.ts';
import { drive } from '../support/drive.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

interface Group {
  readonly folder: string;
  /** As /proc/PID/cgroup and the kernel log name it. */
  readonly path: string;
  readonly counter: string;
}

/** A memory group of 16 MiB, of version 1 or 2, or undefined where none can be made here. */
function limitedGroup(): Group | undefined {
  const path = `/rackhand-test-${process.pid}`;
  const kinds = [
    { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', counter: 'memory.oom_control' },
    { root: '/sys/fs/cgroup', limit: 'memory.max', counter: 'memory.events' },
  ];
  for (const { root, limit, counter } of kinds) {
    const folder = root + path;
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, limit), String(16 * 1024 ** 2));
      return { folder, path, counter: join(folder, counter) };
    } catch {
      rmSync(folder, { force: true, recursive: true });
    }
  }
  return undefined;
}

const group = limitedGroup();
const readsLog = spawnSync('dmesg').status === 0;
const canSupervise = has('supervisord');
const scratch = mkdtempSync(join(tmpdir(), 'rackhand-oom-'));
let manager: Supervisord | undefined;

const supervisedNode = () => {
  const service = { manager: 'supervisor', config: manager?.config };
  return testNode({ transport: 'local', services: { hungry: service, calm: service } });
};
const supervisedPlace = () =>
  ({ manager: 'supervisor', place: { config: manager?.config }, units: ['hungry', 'calm'] }) as const;

const judged = async (subject: string): Promise<readonly Verdict[]> => {
  const found = nodeOom.subjects(supervisedNode()).find(({ id }) => id === subject);
  const needs = nodeOom.needs(found?.value ?? null, supervisedNode());
  const facts: Record<string, unknown> = {};
  for (const [name, need] of Object.entries(needs)) facts[name] = await drive(need.steps());
  return [nodeOom.evaluate(facts as never, found?.value ?? null, supervisedNode())].flat();
};

// `tail` of endless zeros keeps a line that never ends, until no memory is left.
const joinGroup = `echo $$ > ${group?.folder}/cgroup.procs`;

/** Empty for a process that has ended. */
function commandLine(pid: number | null): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** A group goes once its last process has been reaped. */
function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
  } catch {
    return !existsSync(folder);
  }
  return true;
}

afterAll(async () => {
  await manager?.end();
  rmSync(scratch, { recursive: true, force: true });
  if (group) await until(() => isRemoved(group.folder));
});

describe.skipIf(group === undefined || !readsLog)(
  'a process that outgrows a real memory group (where one may be made)',
  () => {
    let pid = -1;
    beforeAll(async () => {
      const child = spawn('/bin/sh', ['-c', `${joinGroup}; exec tail /dev/zero`], { stdio: 'ignore' });
      pid = child.pid ?? -1;
      await once(child, 'exit');
    });

    test('is counted by its group and by the machine', async () => {
      expect(readFileSync(group?.counter ?? '', 'utf8')).toMatch(/^oom_kill [1-9]/m);
      expect((await drive(oomCounters.steps({}))).sinceBoot).toBeGreaterThan(0);
    });

    test('stands in the kernel log with its group and as the victim of a limit', async () => {
      const log = await drive(kernelLog.steps({}));
      const kills = log.known ? oomKills(log) : [];
      expect(kills.filter((kill) => kill.pid === pid)).toEqual([
        expect.objectContaining({ pid, name: 'tail', limit: 'group', group: group?.path }),
      ]);
    });
  },
);

describe.skipIf(group === undefined || !readsLog || !canSupervise)(
  'a service that its manager starts again (where a memory group may be made)',
  () => {
    const second = join(scratch, 'second');
    beforeAll(async () => {
      const script = join(scratch, 'hungry.sh');
      writeFileSync(
        script,
        `${joinGroup}\n[ -e ${second} ] && exec tail -f /dev/null\ntouch ${second}\nexec tail /dev/zero\n`,
      );
      manager = await startSupervisord(`[program:hungry]
command=/bin/sh ${script}
autorestart=true
startsecs=0
[program:calm]
command=/bin/sleep 600
`);
      await until(async () => {
        const hungry = (await drive(serviceCgroups.steps(supervisedPlace()))).find(({ unit }) => unit === 'hungry');
        return hungry?.path === group?.path && commandLine(hungry?.pid ?? null).includes('-f');
      }, 15_000);
    });

    test('is critical although its manager shows it as running', async () => {
      const [verdict] = await judged('service:hungry');
      expect(verdict).toMatchObject({ status: 'critical', signature: 'OS-OOM', restartHelps: 'after-fix' });
      expect(verdict?.summary).toContain(`the limit of its control group ${group?.path} was reached. It runs again`);
    });

    test('its neighbour is not blamed', async () => {
      expect(await judged('service:calm')).toMatchObject([{ status: 'ok' }]);
    });
  },
);
