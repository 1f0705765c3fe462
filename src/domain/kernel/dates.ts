import { z } from 'zod';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A day of the calendar, `YYYY-MM-DD`, that exists. Sorts as text. */
export const LocalDate = z.iso.date();
export type LocalDate = z.infer<typeof LocalDate>;

/** A moment: RFC 3339 in UTC with `Z`, brought to exactly three decimals (finer ones are cut off), so that it sorts as text. */
export const Instant = z.iso.datetime().overwrite((text) => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
});
export type Instant = z.infer<typeof Instant>;

/** The instant of this many milliseconds since 1970-01-01T00:00Z. */
export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** Milliseconds since 1970-01-01T00:00Z. */
export function epochMs(instant: Instant): number {
  return Date.parse(instant);
}

/** The instant this many milliseconds later (earlier if negative). */
export function addMilliseconds(instant: Instant, milliseconds: number): Instant {
  return instantOf(epochMs(instant) + milliseconds);
}

/** Negative, zero or positive, as for `Array.sort`. */
export function compareDates(a: LocalDate, b: LocalDate): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Negative, zero or positive, as for `Array.sort`. */
export function compareInstants(a: Instant, b: Instant): number {
  return Math.sign(epochMs(a) - epochMs(b));
}

/** Days since 1970-01-01: dates as numbers, for arithmetic. */
export function dayNumber(date: LocalDate): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}

/** The date of a day number. */
export function dateOfDay(day: number): LocalDate {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The date this many days later (earlier if negative). */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDay(dayNumber(date) + days);
}

/** Days from one date to another, negative if the second is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

/**
 * Summer time (UTC+4) Iraq kept before it settled on 1 April – 1 October: start and end in UTC. IANA time zone database,
 * zone Asia/Baghdad. Iraq has had no summer time since 2008 and is at UTC+3.
 */
const EARLY_SUMMERS: readonly (readonly [from: string, until: string])[] = [
  ['1982-04-30T21:00Z', '1982-09-30T20:00Z'],
  ['1983-03-30T21:00Z', '1983-09-30T20:00Z'],
  ['1984-03-31T21:00Z', '1984-09-30T20:00Z'],
  ['1985-03-31T21:00Z', '1985-09-28T22:00Z'],
  ['1986-03-29T22:00Z', '1986-09-27T22:00Z'],
  ['1987-03-28T22:00Z', '1987-09-26T22:00Z'],
  ['1988-03-26T22:00Z', '1988-09-24T22:00Z'],
  ['1989-03-25T22:00Z', '1989-09-23T22:00Z'],
  ['1990-03-24T22:00Z', '1990-09-29T22:00Z'],
];
const SUMMERS: readonly (readonly [from: number, until: number])[] = [
  ...EARLY_SUMMERS.map(([from, until]) => [Date.parse(from), Date.parse(until)] as const),
  ...Array.from({ length: 2007 - 1991 + 1 }, (_, i) => [Date.UTC(1991 + i, 3, 1), Date.UTC(1991 + i, 9, 1)] as const),
];
const LAST_SUMMER_ENDS = SUMMERS.at(-1)![1];

function baghdadOffset(ms: number): number {
  if (ms >= LAST_SUMMER_ENDS) return 3 * HOUR;
  return SUMMERS.some(([from, until]) => ms >= from && ms < until) ? 4 * HOUR : 3 * HOUR;
}

/** What calendar and clock show in Baghdad at an instant: date, and time `HH:MM:SS.mmm`. */
export function inBaghdad(instant: Instant): { date: LocalDate; time: string } {
  const ms = epochMs(instant);
  const shown = new Date(ms + baghdadOffset(ms)).toISOString();
  return { date: shown.slice(0, 10), time: shown.slice(11, 23) };
}

/** The date in Baghdad at an instant. */
export function baghdadDate(instant: Instant): LocalDate {
  return inBaghdad(instant).date;
}

/**
 * The instant at which Baghdad shows this date and time (`HH:MM`, `HH:MM:SS` or `HH:MM:SS.mmm`; midnight if left out). A time
 * shown twice when a summer ended is the first; a time skipped when it began is an hour later.
 */
export function atBaghdad(date: LocalDate, time = '00:00'): Instant {
  const shown = Date.parse(`${date}T${time}Z`);
  const summer = shown - 4 * HOUR;
  return instantOf(baghdadOffset(summer) === 4 * HOUR ? summer : shown - 3 * HOUR);
}

/** Full years lived on a date; negative before birth. Born on 29 February, one is a year older on 1 March. */
export function ageInYears(birth: LocalDate, on: LocalDate): number {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5) < birth.slice(5) ? years - 1 : years;
}

export const Precision = z.enum(['year', 'month', 'day']);
export type Precision = z.infer<typeof Precision>;

/** The first day a date of this precision may be. */
function firstDay(date: LocalDate, precision: Precision): LocalDate {
  return precision === 'day' ? date : precision === 'month' ? `${date.slice(0, 7)}-01` : `${date.slice(0, 4)}-01-01`;
}

/**
 * A date known to the year, the month or the day (birth dates, displacement). What is not known is brought to 01, so that
 * equal knowledge is equal text: 1987-07-01 to the year is 1987-01-01 to the year.
 */
export const PartialDate = z
  .strictObject({ date: LocalDate, precision: Precision })
  .overwrite((partial) => ({ ...partial, date: firstDay(partial.date, partial.precision) }));
export type PartialDate = z.infer<typeof PartialDate>;

/** First and last day the date may be. */
export function daysOf(partial: PartialDate): { first: LocalDate; last: LocalDate } {
  const first = firstDay(partial.date, partial.precision);
  if (partial.precision === 'day') return { first, last: first };
  if (partial.precision === 'year') return { first, last: `${first.slice(0, 4)}-12-31` };
  const nextMonth = addDays(first, 31).slice(0, 7);
  return { first, last: addDays(`${nextMonth}-01`, -1) };
}

/** Youngest and oldest a person born on a partly known date may be: a rule about minors asks for the end that protects. */
export function ageRange(birth: PartialDate, on: LocalDate): { atLeast: number; atMost: number } {
  const { first, last } = daysOf(birth);
  return { atLeast: ageInYears(last, on), atMost: ageInYears(first, on) };
}
