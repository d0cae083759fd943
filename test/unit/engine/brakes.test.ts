import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policySchema, type Policy } from '../../../src/core/policy.ts';
import {
  brakes,
  breaker,
  coolDown,
  restartLimit,
  type Brake,
  type PastWish,
  type Wish,
} from '../../../src/engine/brakes.ts';

const now = Date.parse('2026-03-04T12:00Z');
const limitsOf = (limits: Partial<Policy['limits']> = {}) => policySchema.parse({ limits }).limits;
const wish: Wish = { at: now, node: 'gpu-1', service: 'llama', action: 'service.restart' };
/** Something like the wish that was done so many seconds ago. */
const ago = (seconds: number, other: Partial<PastWish> = {}): PastWish => ({
  ...wish,
  done: true,
  ...other,
  at: now - seconds * 1_000,
});
/** Seconds until it is free; undefined where it is. */
const heldFor = (brake: Brake) => (brake.free ? undefined : (brake.until - now) / 1_000);
const minutes = 60;
const days = 86_400;

describe('the cool-down', () => {
  test.each<[what: string, past: PastWish[], held: number | undefined, limits?: Partial<Policy['limits']>]>([
    ['nothing has happened', [], undefined],
    ['a restart just now', [ago(0)], 120],
    ['a second before it is over', [ago(119)], 1],
    ['a millisecond before it is over', [ago(119.999)], 0.001],
    ['when it is over', [ago(120)], undefined],
    ['the last one counts, in any order', [ago(30), ago(90), ago(10), ago(60)], 110],
    ['any change of the service counts', [ago(30, { action: 'model.sync' })], 90],
    ['what was only wanted does not', [ago(30, { done: false })], undefined],
    ['another service does not', [ago(30, { service: 'whisper' })], undefined],
    ['a change of the whole node does not', [ago(30, { service: undefined })], undefined],
    ['another node does not', [ago(30, { node: 'gpu-2' })], undefined],
    ['a clock that was set back does not let go', [ago(-5_000)], 120],
    ["a limit of one's own", [ago(30)], 30, { cooldownSeconds: 60 }],
    ['none', [ago(0)], undefined, { cooldownSeconds: 0 }],
  ])('%s', (_, past, held, limits) => {
    expect(heldFor(coolDown(past, wish, limitsOf(limits)))).toBe(held);
  });

  test('of a whole node is for changes of a kind', () => {
    const whole: Wish = { at: now, node: 'gpu-1', action: 'disk.clean' };
    const past = [ago(30, { service: undefined, action: 'disk.clean' })];
    expect(heldFor(coolDown(past, whole, limitsOf()))).toBe(90);
    expect(heldFor(coolDown(past, { ...whole, action: 'clock.sync' }, limitsOf()))).toBeUndefined();
  });

  test('says why', () => {
    expect(coolDown([ago(40)], wish, limitsOf())).toEqual({
      free: false,
      until: now + 80_000,
      because: 'llama on gpu-1 was changed 40 s ago and rests 2 min between two changes.',
    });
  });
});

describe('the limit of restarts', () => {
  test.each<[what: string, past: PastWish[], held: number | undefined, limits?: Partial<Policy['limits']>]>([
    ['one is no reason', [ago(10 * minutes)], undefined],
    ['two in 30 minutes: until the first leaves', [ago(10 * minutes), ago(20 * minutes)], 10 * minutes],
    ['three: until the second leaves', [ago(5 * minutes), ago(10 * minutes), ago(20 * minutes)], 20 * minutes],
    ['the first is 30 minutes old', [ago(10 * minutes), ago(30 * minutes)], undefined],
    ['the first is not quite', [ago(10 * minutes), ago(30 * minutes - 1)], 1],
    ['a stop and a start count', [ago(300, { action: 'service.stop' }), ago(290, { action: 'service.start' })], 1_500],
    ['other changes do not', [ago(300, { action: 'model.sync' }), ago(290)], undefined],
    ['what was only wanted does not', [ago(300, { done: false }), ago(290)], undefined],
    ['another service does not', [ago(300, { service: 'whisper' }), ago(290)], undefined],
    ['five in 7 days', [1, 2, 3, 4, 6].map((day) => ago(day * days)), 1 * days],
    ['four in 7 days', [1, 2, 3, 4].map((day) => ago(day * days)), undefined],
    ['the fifth is 7 days old', [1, 2, 3, 4, 7].map((day) => ago(day * days)), undefined],
    ['both: the one that holds longer', [ago(1), ago(2), ...[2, 3, 4].map((day) => ago(day * days))], 3 * days],
    ["limits of one's own", [ago(60)], 29 * minutes, { restartsPer30Min: 1 }],
    ['for a week', [ago(1 * days)], 6 * days, { restartsPer7Days: 1 }],
  ])('%s', (_, past, held, limits) => {
    expect(heldFor(restartLimit(past, wish, limitsOf(limits)))).toBe(held);
  });

  test.each(['service.start', 'service.stop', 'service.restart'])('holds %s', (action) => {
    expect(restartLimit([ago(300), ago(200)], { ...wish, action }, limitsOf()).free).toBe(false);
  });

  test('holds nothing that is no restart', () => {
    expect(restartLimit([ago(300), ago(200)], { ...wish, action: 'model.sync' }, limitsOf()).free).toBe(true);
  });

  test('says why', () => {
    expect(restartLimit([ago(300), ago(200)], wish, limitsOf())).toMatchObject({
      because: 'llama on gpu-1 was started, stopped or restarted 2 times in 30 min; 2 are allowed.',
    });
  });
});

/** The same wish of other nodes, so many seconds ago. */
const others = (...seconds: number[]) => seconds.map((each, at) => ago(each, { node: `gpu-${at + 2}`, done: false }));

describe('the circuit breaker', () => {
  test.each<
    [what: string, past: PastWish[], nodes: number, held: number | undefined, limits?: Partial<Policy['limits']>]
  >([
    ['alone', [], 1, undefined],
    ['both of two nodes are too few', others(10), 2, undefined],
    ['three of three', others(10, 20), 3, 280],
    ['three of six', others(10, 20), 6, 280],
    ['three of seven are less than half', others(10, 20), 7, undefined],
    ['four of seven', others(10, 20, 30), 7, 270],
    ['five of seven: until less than four are left', others(10, 20, 30, 40), 7, 270],
    ['one of them is 5 minutes ago', others(10, 300), 3, undefined],
    ['one of them is not quite', others(10, 299), 3, 1],
    ['a node counts once, with its last wish', [...others(10, 20), ago(5, { node: 'gpu-2' })], 3, 280],
    ['its own earlier wishes count once', [ago(10), ago(20), ...others(30)], 3, undefined],
    ['what was done counts as well', others(10, 20).map((each) => ({ ...each, done: true })), 3, 280],
    ['another service is another fix', others(10, 20).map((each) => ({ ...each, service: 'whisper' })), 3, undefined],
    ['another action is another fix', others(10, 20).map((each) => ({ ...each, action: 'model.sync' })), 3, undefined],
    ['a start is the same as a restart', others(10, 20).map((each) => ({ ...each, action: 'service.start' })), 3, 280],
    ["limits of one's own", others(10), 20, 50, { breakerNodes: 2, breakerPercent: 10, breakerSeconds: 60 }],
  ])('%s', (_, past, nodes, held, limits) => {
    expect(heldFor(breaker(past, wish, limitsOf(limits), nodes))).toBe(held);
  });

  test('says why', () => {
    expect(breaker(others(10, 20), wish, limitsOf(), 6)).toMatchObject({
      because: '3 of 6 nodes want service.restart of llama within 5 min, so look for the cause that they share.',
    });
  });
});

describe('all brakes', () => {
  test('are free together, or held by the one that holds longest', () => {
    expect(brakes([], wish, limitsOf(), 1)).toEqual({ free: true });
    expect(heldFor(brakes([ago(10)], wish, limitsOf(), 1))).toBe(110);
    expect(heldFor(brakes([ago(10), ...others(10, 20)], wish, limitsOf(), 3))).toBe(280);
    expect(heldFor(brakes([ago(10), ago(600), ...others(10, 20)], wish, limitsOf(), 3))).toBe(1_200);
  });

  const past = fc.array(
    fc.record({
      at: fc.integer({ min: -604_900, max: 100 }).map((seconds) => now + seconds * 1_000),
      node: fc.constantFrom('gpu-1', 'gpu-2', 'gpu-3', 'gpu-4'),
      service: fc.constantFrom('llama', 'whisper', undefined),
      action: fc.constantFrom('service.restart', 'service.stop', 'model.sync'),
      done: fc.boolean(),
    }),
    { maxLength: 30 },
  );

  test('hold no more when their time has come, and still hold just before', () => {
    fc.assert(
      fc.property(past, fc.integer({ min: 1, max: 6 }), (all, nodes) => {
        const events = all.filter(({ at }) => at <= now);
        const held = brakes(events, wish, limitsOf(), nodes);
        if (held.free) return;
        expect(held.until).toBeGreaterThan(now);
        expect(brakes(events, { ...wish, at: held.until }, limitsOf(), nodes).free).toBe(true);
        expect(brakes(events, { ...wish, at: held.until - 1 }, limitsOf(), nodes).free).toBe(false);
      }),
    );
  });

  test('hold no shorter for one event more', () => {
    fc.assert(
      fc.property(past, past, fc.integer({ min: 1, max: 6 }), (some, more, nodes) => {
        const before = heldFor(brakes(some, wish, limitsOf(), nodes)) ?? 0;
        expect(heldFor(brakes([...some, ...more], wish, limitsOf(), nodes)) ?? 0).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
