import { describe, expect, test } from 'vitest';
import type { Asking } from '../../src/core/probe.ts';
import type { ManagerPlace, ServiceManager, ServiceState } from '../../src/core/service-manager.ts';

/** A manager with services in known states, and the way to ask it. */
export interface ManagerAtHand {
  readonly manager: ServiceManager;
  place(): ManagerPlace;
  /** A place of the same kind where no manager runs. */
  noPlace(): ManagerPlace;
  look<T>(asking: Asking<T>): Promise<T>;
  /** Units that run, that start again and again, that someone stopped, and that the manager gave up on. */
  readonly units: {
    readonly running: string;
    readonly crashing: string;
    readonly stopped: string;
    readonly failed: string;
  };
}

/** What every service manager must do, whatever it is. */
export function managerConformance({ manager, place, noPlace, look, units }: ManagerAtHand): void {
  const all = Object.values(units);
  const list = async (wanted: readonly string[] = all): Promise<readonly ServiceState[]> => {
    const answer = await look(manager.list(place(), wanted));
    if (!answer.reachable) throw new Error(`${manager.name} is not reachable: ${answer.say}`);
    return answer.services;
  };
  const one = async (unit: string) => (await list()).find((state) => state.unit === unit);

  describe(`${manager.name} as a service manager`, () => {
    test('tells of a running unit its process and since when it runs', async () => {
      const state = await one(units.running);
      expect(state).toMatchObject({ state: 'running', exitCode: null });
      expect(state?.pid).toBeGreaterThan(0);
      expect(state?.uptimeSeconds).toBeGreaterThanOrEqual(0);
    });

    test.each(['stopped', 'failed'] as const)('tells a %s unit, which has no process', async (word) => {
      const state = await one(units[word]);
      expect(state).toMatchObject({ state: word, pid: null, uptimeSeconds: null });
      expect(state?.said).not.toBe('');
    });

    test('tells a unit that crashes again and again, in one look or by two', async () => {
      const first = await one(units.crashing);
      await expect
        .poll(
          async () => {
            const next = await one(units.crashing);
            return next?.state === 'crashing' || (next?.restarts ?? 0) > (first?.restarts ?? 0);
          },
          { timeout: 20_000 },
        )
        .toBe(true);
    });

    test('answers for each declared unit once, under its declared name', async () => {
      const named = (await list()).map(({ unit }) => unit);
      for (const unit of all) expect(named.filter((name) => name === unit)).toEqual([unit]);
    });

    test.each(['rackhand-nope', 'it\'s; rm -rf "x"', '名前'])('says that it does not know %j', async (unit) => {
      const states = await list([unit, units.running]);
      expect(states.find((state) => state.unit === unit)).toMatchObject({ state: 'missing', pid: null });
      expect(states.find((state) => state.unit === units.running)).toMatchObject({ state: 'running' });
    });

    test('leaves everything as it was', async () => {
      const before = await one(units.running);
      const after = await one(units.running);
      expect(after?.pid).toBe(before?.pid);
      expect(after?.restarts).toBe(before?.restarts);
    });

    test('is not reachable where none runs, and says why', async () => {
      const answer = await look(manager.list(noPlace(), all));
      expect(answer).toMatchObject({ reachable: false, say: expect.stringMatching(/./) });
    });

    test('has logs that say what they are', async () => {
      for (const log of await look(manager.logs(place(), units.running, 4_096))) {
        expect(log.source).not.toBe('');
        expect(log.trouble === undefined || log.text === '').toBe(true);
      }
    });
  });
}
