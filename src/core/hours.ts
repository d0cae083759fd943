const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const day = `(?:${weekdays.join('|')})`;
const span = `${day}(?:-${day})?`;
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;

/** `Mon-Fri 08:00-18:00 Europe/Berlin`; days, times and zone may each be left out, but not both of the first. */
export const hoursForm = new RegExp(
  String.raw`^(?=${day}|\d)(?:(?<days>${span}(?:,${span})*)(?: (?=.)|$))?(?:(?<from>${time})-(?<until>${time}|24:00)(?: (?=.)|$))?(?<zone>[A-Za-z][\w+/-]*)?$`,
);

/** Days and times of a week on the wall clocks of a zone. */
interface Hours {
  /** 0 is Monday. */
  readonly days: readonly number[];
  /** Minutes of the day; a window whose end is not after its begin lasts into the next day. */
  readonly from: number;
  readonly until: number;
  readonly zone: string;
}

/** What is wrong with hours of the right form; undefined where nothing is. */
export function hoursTrouble(text: string): string | undefined {
  const { from, until, zone } = readHours(text);
  if (from === until) return 'begins and ends at the same time; leave the times out for whole days';
  try {
    wallClock(zone, 0);
    return undefined;
  } catch {
    return 'names no known time zone; write one like Europe/Berlin, or none for UTC';
  }
}

/**
 * Whether a time (epoch ms) lies within hours; the first minute belongs to them, the last does not.
 *
 * A window across midnight belongs to the day it begins on. By the wall clock: an hour that the clock repeats fits
 * twice, one that it skips never comes.
 */
export function isWithin(text: string, at: number): boolean {
  const { days, from, until, zone } = readHours(text);
  const { weekday, minute } = wallClock(zone, at);
  if (from < until) return days.includes(weekday) && from <= minute && minute < until;
  return (days.includes(weekday) && from <= minute) || (days.includes((weekday + 6) % 7) && minute < until);
}

function readHours(text: string): Hours {
  const { days, from, until, zone } = hoursForm.exec(text)?.groups ?? {};
  return {
    days: days === undefined ? weekdays.map((_, index) => index) : days.split(',').flatMap(daysOf),
    from: minutesOf(from ?? '00:00'),
    until: minutesOf(until ?? '24:00'),
    zone: zone ?? 'UTC',
  };
}

/** `Fri-Mon` goes on over the end of the week. */
function daysOf(span: string): readonly number[] {
  const [first = 0, last = first] = span.split('-').map((name) => weekdays.findIndex((each) => each === name));
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, step) => (first + step) % 7);
}

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
};

function wallClock(zone: string, at: number): { weekday: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    weekday: weekdays.findIndex((each) => each === part('weekday')),
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}
