import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { nodeKeys, type Part } from '../support/planted-node.ts';
import { has } from '../support/requires.ts';
import { alarmed, misjudged, triaged } from '../support/situation.ts';
import { apis } from './api.ts';
import { gpuTroubles } from './gpu.ts';
import { llamas } from './llama.ts';
import { logs } from './logs.ts';
import { machines } from './machine.ts';
import { managers } from './managers.ts';
import { models } from './models.ts';
import { stacks } from './stack.ts';
import { storages } from './storage.ts';
import { workers } from './worker.ts';

const families = {
  models,
  llama: llamas,
  api: apis,
  worker: workers,
  gpu: gpuTroubles,
  storage: storages,
  stack: stacks,
  managers,
  machine: machines,
  logs,
};

const needed = ['sshd', 'supervisord', 'unshare', 'setpriv'];
const state = mkdtempSync(join(tmpdir(), 'rackhand-state-'));
const keys = nodeKeys();
const reports = new Map<string, Promise<Report>>();
/** Two situations with the same healthy twin share its report. */
function reportOf(parts: readonly Part[]): Promise<Report> {
  const key = JSON.stringify(parts);
  const report = reports.get(key) ?? triaged(parts, keys.folder);
  reports.set(key, report);
  return report;
}

test('at least sixty situations, each named once, a third of them with something harmless beside the fault', () => {
  const all = Object.values(families).flat();
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(all.filter(({ herring }) => herring).length * 3).toBeGreaterThanOrEqual(all.length);
});

describe.skipIf(!needed.every(has) || process.getuid?.() !== 0)(
  `planted situations (needs root, ${needed.join(', ')})`,
  () => {
    beforeAll(() => void vi.stubEnv('RACKHAND_STATE', state));

    afterAll(async () => {
      await Promise.allSettled(reports.values());
      keys.remove();
      rmSync(state, { recursive: true });
    });

    describe.concurrent.each(Object.entries(families))('%s', (_, situations) => {
      for (const situation of situations) {
        test(situation.name, async () => {
          expect(misjudged(await reportOf(situation.plant(true)), situation)).toEqual([]);
        });
        test(`${situation.name}: the healthy twin`, async () => {
          expect(alarmed(await reportOf(situation.plant(false)), situation)).toEqual([]);
        });
      }
    });
  },
);
