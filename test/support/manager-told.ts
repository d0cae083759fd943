import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Order, Outcome } from '../../src/core/action.ts';
import type { Asking } from '../../src/core/probe.ts';
import { verbs, type ManagerPlace, type Untold, type Verb } from '../../src/core/service-manager.ts';
import type { ManagerAtHand } from './manager-conformance.ts';
import { send } from './send-order.ts';
import { until } from './until.ts';

/** What every service manager that can be told must do, whatever it is. */
export function managerTold({ manager, place, noPlace, look, units }: ManagerAtHand): void {
  const known = async () => {
    const answer = await look(manager.list(place(), Object.values(units)));
    return answer.reachable ? answer.services : [];
  };
  const one = async (unit: string) => (await known()).find((state) => state.unit === unit);
  const telling = (where: ManagerPlace, unit: string, verb: Verb): Asking<Order | Untold> => {
    if (manager.tell === undefined) throw new Error(`${manager.name} only watches`);
    return manager.tell(where, unit, verb);
  };
  /** What it cannot be told has failed, in our own words. */
  const tell = async (unit: string, verb: Verb): Promise<Outcome> => {
    const found = await look(telling(place(), unit, verb));
    return 'untold' in found ? { how: 'failed', said: found.untold } : await send(found);
  };
  const runs = async (unit: string) => await until(async () => (await one(unit))?.state === 'running', 20_000);
  const crashes = async (unit: string) => await until(async () => (await one(unit))?.state === 'crashing', 20_000);
  const failure = { how: 'failed', said: expect.stringMatching(/./) };

  describe(`${manager.name} as it is told`, () => {
    test.each(['start', 'restart'] as const)(
      '%ss a stopped unit and stops it again, and no other moves',
      async (verb) => {
        const { running, stopped } = units;
        const before = await one(running);
        onTestFinished(async () => void (await tell(stopped, 'stop')));
        expect(await tell(stopped, verb)).toMatchObject({ how: 'done' });
        await runs(stopped);
        expect(await tell(stopped, 'stop')).toMatchObject({ how: 'done' });
        expect(await one(stopped)).toMatchObject({ state: 'stopped', pid: null });
        expect((await one(running))?.pid).toBe(before?.pid);
      },
    );

    test('starts a running unit anew, in another process', async () => {
      const before = await one(units.running);
      expect(await tell(units.running, 'restart')).toMatchObject({ how: 'done', said: expect.stringMatching(/./) });
      await runs(units.running);
      const after = await one(units.running);
      expect(after?.pid).toBeGreaterThan(0);
      expect(after?.pid).not.toBe(before?.pid);
    });

    test('stops a unit for good that crashes and waits for its next start, and starts it again', async () => {
      await crashes(units.crashing);
      expect(await tell(units.crashing, 'stop')).toMatchObject({ how: 'done' });
      expect(await one(units.crashing)).toMatchObject({ state: 'stopped', pid: null });
      expect(await tell(units.crashing, 'start')).toMatchObject({ how: 'done' });
      await crashes(units.crashing);
    });

    test('starts a unit anew that crashes again and again and waits for its next start', async () => {
      await crashes(units.crashing);
      expect(await tell(units.crashing, 'restart')).toMatchObject({ how: 'done' });
      await crashes(units.crashing);
    });

    test('says that what runs can not be started, and what is stopped can not be stopped', async () => {
      const before = await one(units.running);
      expect(await tell(units.running, 'start')).toMatchObject(failure);
      expect(await tell(units.stopped, 'stop')).toMatchObject(failure);
      expect((await one(units.running))?.pid).toBe(before?.pid);
    });

    const canary = join(tmpdir(), `rackhand-canary-${process.pid}`);
    const hostile = [
      'rackhand-nope',
      `$(touch ${canary})`,
      `'; touch ${canary}; '`,
      '</string></value><!--',
      'all',
      '0',
      '*',
      `/${units.running}/`,
      `${units.running}*`,
      `${units.running}:*`,
      `${units.running}\n${units.running}`,
      '名前',
      '--all',
    ];
    test('moves nothing for units that it does not know, whatever they are called', async () => {
      const others = [units.running, units.stopped, units.failed];
      const pids = async () =>
        (await known()).filter(({ unit }) => others.includes(unit)).map(({ unit, state, pid }) => [unit, state, pid]);
      const before = await pids();
      expect(before).toHaveLength(3);
      for (const unit of hostile) expect(await tell(unit, 'restart'), unit).toMatchObject(failure);
      for (const verb of verbs) expect(await tell('rackhand-nope', verb)).toMatchObject(failure);
      expect(await pids()).toEqual(before);
      expect(existsSync(canary)).toBe(false);
    });

    test('can not be told where none runs, and says why', async () => {
      for (const verb of verbs)
        expect(await look(telling(noPlace(), units.running, verb))).toMatchObject({
          untold: expect.stringMatching(/\.$/),
        });
    });
  });
}
