import { inBaghdad, type LocalDate } from '../../domain/kernel/dates.ts';
import { formatMoney, iqd } from '../../domain/kernel/money.ts';
import { Hidden, type Personal } from '../../domain/kernel/privacy.ts';
import type { PersonName } from '../../domain/person/data.ts';
import { nameOf } from '../../domain/places/pcodes.ts';
import { apart } from './visualRuns.ts';

/** Months as Iraq's offices write them. */
const MONTHS = [
  'كانون الثاني',
  'شباط',
  'آذار',
  'نيسان',
  'أيار',
  'حزيران',
  'تموز',
  'آب',
  'أيلول',
  'تشرين الأول',
  'تشرين الثاني',
  'كانون الأول',
] as const;

/** Stands where nothing is known, or where what was known has been erased. */
export const BLANK = '—';

/** `1 آذار 2026`. */
export function dateInWords(date: LocalDate): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`;
}

/** `1 آذار 2026 11:30`, as clocks in Baghdad show it. */
export function momentInWords(instant: string): string {
  const { date, time } = inBaghdad(instant);
  return `${dateInWords(date)} ${apart(time.slice(0, 5))}`;
}

/** Whole dinars: `1,500,000 د.ع`. */
export function dinars(amount: number): string {
  const [number = '', unit = ''] = formatMoney(iqd(amount), 'ar').split(' ');
  return `${apart(number)} ${unit}`;
}

/** A place by its Arabic name, with its code where it has no name. */
export const placeName = (pcode: string | undefined): string =>
  pcode === undefined ? BLANK : (nameOf(pcode, 'ar') ?? apart(pcode));

/** A code, number or reference that may be missing or hidden. */
export const code = (value: Personal<string> | undefined): string =>
  value === undefined || value instanceof Hidden ? BLANK : apart(value);

/** A personal text as far as the paper may show it. */
export const words = (value: Personal<string> | undefined): string =>
  value === undefined || value instanceof Hidden ? BLANK : value;

/** The four parts of a name, as Arabic papers write it. */
export function nameInWords(name: Personal<PersonName> | undefined): string {
  if (name === undefined || name instanceof Hidden) return BLANK;
  const { first, father, grandfather, family } = name.ar;
  return [first, father, grandfather, family].filter((part) => part !== undefined).join(' ');
}
