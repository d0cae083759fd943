import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { nodeKeys, type Part } from '../support/planted-node.ts';
import { has } from '../support/requires.ts';
import { alarmed, misjudged, triaged } from '../support/situation.ts';
import { apis } from './api.ts';
import { llamas } from './llama.ts';
import { models } from './models.ts';
import { workers } from './worker.ts';

const families = { models, llamas, apis, workers };
const situations = Object.values(families).flat();

/** How many nodes stand at once: most of the time of each is waited. */
const atOnce = 10;
const needed = ['sshd', 'supervisord', 'unshare'];
const state = mkdtempSync(join(tmpdir(), 'rackhand-state-'));
const keys = nodeKeys();
const reports = new Map<string, Promise<Report>>();
let free = atOnce;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free -= 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

/** Two situations with the same healthy twin share its report. */
function reportOf(parts: readonly Part[]): Promise<Report> {
  const key = JSON.stringify(parts);
  const report = reports.get(key) ?? inTurn(() => triaged(parts, keys.folder));
  reports.set(key, report);
  return report;
}

describe.skipIf(!needed.every(has) || process.getuid?.() !== 0)(
  `planted situations (needs root, ${needed.join(', ')})`,
  () => {
    beforeAll(() => {
      vi.stubEnv('RACKHAND_STATE', state);
      for (const { plant } of situations)
        for (const broken of [true, false]) reportOf(plant(broken)).catch(() => undefined);
    });

    afterAll(async () => {
      await Promise.allSettled(reports.values());
      keys.remove();
      rmSync(state, { recursive: true });
    });

    test.each(situations)('$name', async (situation) => {
      expect(misjudged(await reportOf(situation.plant(true)), situation)).toEqual([]);
    });

    test.each(situations)('$name: the healthy twin', async (situation) => {
      expect(alarmed(await reportOf(situation.plant(false)), situation)).toEqual([]);
    });
  },
);
