import { z } from 'zod';
import {
  addDays,
  addMilliseconds,
  atBaghdad,
  dateOfDay,
  dayNumber,
  epochMs,
  type Instant,
  inBaghdad,
  LocalDate,
} from './dates.ts';

const HOUR = 3_600_000;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const Weekday = z.enum(WEEKDAYS);
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 15:00');

/** When an authority works: its weekly days off, its holidays, its opening hours by the Baghdad clock. */
export const WorkingCalendar = z
  .strictObject({
    weekend: z.array(Weekday).max(6),
    holidays: z.array(LocalDate),
    opens: Time,
    closes: Time,
  })
  .refine((calendar) => new Set(calendar.weekend).size < 7, { error: 'some day must be left to work on', path: ['weekend'] })
  .refine((calendar) => calendar.opens < calendar.closes, { error: 'must be after opening', path: ['closes'] });
export type WorkingCalendar = z.infer<typeof WorkingCalendar>;

/**
 * Friday and Saturday off, 08:00–15:00, no holidays: a configurable default that nobody published. Holidays are announced
 * year by year (and province by province) and are entered as configuration.
 */
export const DEFAULT_CALENDAR: WorkingCalendar = {
  weekend: ['friday', 'saturday'],
  holidays: [],
  opens: '08:00',
  closes: '15:00',
};

const Count = z.int().positive().max(36_600);

/** A period: hours of the clock, days of the calendar, or working days of an authority. */
export const Duration = z.union([
  z.strictObject({ hours: Count }),
  z.strictObject({ days: Count }),
  z.strictObject({ workingDays: Count }),
]);
export type Duration = z.infer<typeof Duration>;

function worksOn(day: number, calendar: WorkingCalendar): boolean {
  // 1970-01-01, day 0, was a Thursday.
  const weekday = WEEKDAYS[(((day + 4) % 7) + 7) % 7]!;
  return !calendar.weekend.includes(weekday) && !calendar.holidays.includes(dateOfDay(day));
}

/** Does the authority work on this date? */
export function isWorkingDay(date: LocalDate, calendar: WorkingCalendar): boolean {
  return worksOn(dayNumber(date), calendar);
}

/** Is the authority open at this instant? (From opening, up to but not including closing.) */
export function isOpen(instant: Instant, calendar: WorkingCalendar): boolean {
  const { date, time } = inBaghdad(instant);
  return isWorkingDay(date, calendar) && time >= calendar.opens && time.slice(0, 5) < calendar.closes;
}

/**
 * When a period that begins at an instant is over.
 * - `hours`: so many hours later, day or night, weekend or not (emergencies).
 * - `days`: so many calendar days later, at the same time by the Baghdad clock.
 * - `workingDays`: at closing time of the n-th working day after the Baghdad date of the beginning; the day it begins on does
 *   not count, at whatever hour.
 */
export function addDuration(from: Instant, duration: Duration, calendar: WorkingCalendar): Instant {
  if ('hours' in duration) return addMilliseconds(from, duration.hours * HOUR);
  const { date, time } = inBaghdad(from);
  if ('days' in duration) return atBaghdad(addDays(date, duration.days), time);
  let day = dayNumber(date);
  for (let left = duration.workingDays; left > 0; ) {
    day += 1;
    if (worksOn(day, calendar)) left -= 1;
  }
  return atBaghdad(dateOfDay(day), calendar.closes);
}

export interface Elapsed {
  readonly hours: number;
  readonly days: number;
  readonly workingDays: number;
}

/**
 * Full hours, calendar days and working days passed between two instants, counted as `addDuration` counts: a period is over
 * exactly when as many of its unit have passed. All zero when the second is earlier.
 */
export function elapsed(from: Instant, to: Instant, calendar: WorkingCalendar): Elapsed {
  if (epochMs(to) <= epochMs(from)) return { hours: 0, days: 0, workingDays: 0 };
  const start = inBaghdad(from);
  const end = inBaghdad(to);
  const first = dayNumber(start.date);
  const last = dayNumber(end.date);
  const days = last - first - (epochMs(atBaghdad(end.date, start.time)) > epochMs(to) ? 1 : 0);
  let workingDays = 0;
  for (let day = first + 1; day < last; day += 1) if (worksOn(day, calendar)) workingDays += 1;
  if (last > first && worksOn(last, calendar) && end.time >= calendar.closes) workingDays += 1;
  return { hours: Math.floor((epochMs(to) - epochMs(from)) / HOUR), days: Math.max(days, 0), workingDays };
}
