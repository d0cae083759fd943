import { describe, expect, test } from 'vitest';
import { hoursForm, hoursTrouble, isWithin } from '../../../src/core/hours.ts';

const within = (hours: string, at: string) => isWithin(hours, Date.parse(at));

// 2026-03-02 is a Monday. Berlin goes from +01:00 to +02:00 on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
describe('hours', () => {
  test.each<[hours: string, at: string, fits: boolean, what?: string]>([
    ['Mon-Fri 08:00-18:00', '2026-03-02T08:00Z', true],
    ['Mon-Fri 08:00-18:00', '2026-03-02T07:59:59.999Z', false],
    ['Mon-Fri 08:00-18:00', '2026-03-06T17:59:59.999Z', true],
    ['Mon-Fri 08:00-18:00', '2026-03-06T18:00Z', false],
    ['Mon-Fri 08:00-18:00', '2026-03-07T12:00Z', false],
    ['Sat', '2026-03-07T00:00Z', true],
    ['Sat', '2026-03-08T00:00Z', false],
    ['Sat-Mon', '2026-03-02T23:59Z', true],
    ['Sat-Mon', '2026-03-03T00:00Z', false],
    ['Mon,Wed-Thu 08:00-09:00', '2026-03-03T08:30Z', false],
    ['Mon,Wed-Thu 08:00-09:00', '2026-03-05T08:30Z', true],
    ['22:00-24:00', '2026-03-02T23:59Z', true],
    ['22:00-24:00', '2026-03-03T00:00Z', false],
    ['22:00-06:00', '2026-03-02T22:00Z', true],
    ['22:00-06:00', '2026-03-03T05:59Z', true],
    ['22:00-06:00', '2026-03-03T06:00Z', false],
    ['Fri 22:00-06:00', '2026-03-07T05:59Z', true],
    ['Fri 22:00-06:00', '2026-03-06T05:59Z', false],
    ['Sun 22:00-06:00', '2026-03-02T01:00Z', true],
    ['08:00-18:00 Europe/Berlin', '2026-03-02T07:00Z', true],
    ['08:00-18:00 Europe/Berlin', '2026-03-02T17:00Z', false],
    ['08:00-18:00 Europe/Berlin', '2026-07-01T06:00Z', true],
    ['08:00-18:00 Europe/Berlin', '2026-07-01T16:00Z', false],
    ['Mon Pacific/Auckland', '2026-03-01T11:00Z', true],
    ['Mon Pacific/Auckland', '2026-03-02T11:00Z', false],
    ['12:00-12:15 Asia/Kathmandu', '2026-03-02T06:15Z', true],
    ['Sun 01:00-03:00 Europe/Berlin', '2026-03-29T00:59Z', true],
    // The clock jumps from 02:00 to 03:00.
    ['Sun 01:00-03:00 Europe/Berlin', '2026-03-29T01:00Z', false],
    ['Sun 02:00-03:00 Europe/Berlin', '2026-03-29T01:30Z', false],
    // 02:30 comes twice.
    ['Sun 02:00-03:00 Europe/Berlin', '2026-10-25T00:30Z', true],
    ['Sun 02:00-03:00 Europe/Berlin', '2026-10-25T01:30Z', true],
    ['Sun 02:00-03:00 Europe/Berlin', '2026-10-25T02:00Z', false],
  ])('%s at %s: %s', (hours, at, fits) => {
    expect(hoursForm.test(hours)).toBe(true);
    expect(hoursTrouble(hours)).toBeUndefined();
    expect(within(hours, at)).toBe(fits);
  });

  test.each(['', 'UTC', 'Monday 08:00-09:00', 'mon', '8:00-9:00', '08:00', '08:00-25:00', '24:00-06:00', 'Mon-Fri '])(
    'are not written %j',
    (hours) => {
      expect(hoursForm.test(hours)).toBe(false);
    },
  );

  test.each([
    ['08:00-08:00', 'same time'],
    ['Mon Europe/Berlni', 'no known time zone'],
    ['Mon Local', 'no known time zone'],
  ])('are refused: %s', (hours, say) => {
    expect(hoursForm.test(hours)).toBe(true);
    expect(hoursTrouble(hours)).toContain(say);
  });
});
