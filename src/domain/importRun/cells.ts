import { type LocalDate, LocalDate as LocalDateShape, type PartialDate } from '../kernel/dates.ts';
import { stripInvisible, toAsciiDigits } from '../kernel/digits.ts';
import { foldName } from '../kernel/names.ts';
import { normalisePhone } from '../kernel/numbers.ts';
import { isPcode, PLACES, type Place, place } from '../places/pcodes.ts';
import { ProvisionalCode } from '../places/register.ts';
import type { Cell, Column } from './columns.ts';
import type { RowErrorCode } from './rowErrors.ts';

/** A cell understood, or what is wrong with it. */
export type Understood = { readonly value: Cell } | { readonly error: RowErrorCode };

const MOST = 200;

/** What is written in a cell, as one reads it: no invisible marks, no spaces around. */
export const written = (text: string): string => stripInvisible(text).replace(/\s+/g, ' ').trim();

/** Understands what is written in a cell of this column; `today` is the day in Baghdad. The text is not empty. */
export function understand(column: Column, text: string, today: LocalDate): Understood {
  switch (column.kind) {
    case 'text':
      return text.length > (column.most ?? MOST) ? { error: 'TOO_LONG' } : { value: text };
    case 'code':
      return codeIn(column, text);
    case 'date':
      return dated(dayIn(text), today);
    case 'partialDate':
      return dated(partialIn(text), today);
    case 'place':
      return placeIn(text);
    case 'phone':
      return normalisePhone(text) === undefined ? { error: 'PHONE_MALFORMED' } : { value: toAsciiDigits(text) };
    case 'amount':
      return wholeIn(toAsciiDigits(text).replace(/(?<=\d)[,٬ ](?=\d{3})/g, ''));
  }
}

const wholeIn = (text: string): Understood => (/^\d{1,15}$/.test(text) ? { value: Number(text) } : { error: 'NUMBER_MALFORMED' });

/** By the code itself or by its words, spelling folded. */
function codeIn({ codes = {} }: Column, text: string): Understood {
  const folded = foldName(text);
  const found = Object.entries(codes).find(
    ([code, words]) =>
      code === text.toLowerCase() || [words.en, words.ar, words.ckb ?? ''].some((one) => foldName(one) === folded),
  );
  return found ? { value: found[0] } : { error: 'CODE_UNKNOWN' };
}

function dated(date: LocalDate | PartialDate | undefined, today: LocalDate): Understood {
  if (date === undefined) return { error: 'DATE_MALFORMED' };
  const first = typeof date === 'string' ? date : date.date;
  return first > today ? { error: 'DATE_IN_THE_FUTURE' } : { value: date };
}

const iso = (year: string, month: string, day: string): LocalDate | undefined => {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return LocalDateShape.safeParse(text).success ? text : undefined;
};

/** 2014-08-03, 2014/8/3, 3/8/2014, 3.8.2014: in Iraq the day comes first. A time of midnight after it is left out. */
function dayIn(text: string): LocalDate | undefined {
  const digits = toAsciiDigits(text).replace(/[T ]00:00(:00(\.0+)?)?Z?$/, '');
  const yearFirst = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(digits);
  if (yearFirst) return iso(yearFirst[1] ?? '', yearFirst[2] ?? '', yearFirst[3] ?? '');
  const dayFirst = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(digits);
  return dayFirst ? iso(dayFirst[3] ?? '', dayFirst[2] ?? '', dayFirst[1] ?? '') : undefined;
}

/** A whole date, a month (2014-08, 8/2014) or a year. */
function partialIn(text: string): PartialDate | undefined {
  const day = dayIn(text);
  if (day !== undefined) return { date: day, precision: 'day' };
  const digits = toAsciiDigits(text);
  const month = /^(\d{4})[-/.](\d{1,2})$/.exec(digits);
  const monthFirst = /^(\d{1,2})[-/.](\d{4})$/.exec(digits);
  const firstOfMonth = month
    ? iso(month[1] ?? '', month[2] ?? '', '1')
    : monthFirst && iso(monthFirst[2] ?? '', monthFirst[1] ?? '', '1');
  if (firstOfMonth) return { date: firstOfMonth, precision: 'month' };
  return /^(18|19|20|21)\d{2}$/.test(digits) ? { date: `${digits}-01-01`, precision: 'year' } : undefined;
}

const namesOf = (one: Place): readonly string[] => [one.ar, one.en, one.ckb ?? ''].filter((name) => name !== '').map(foldName);

const byName = new Map<string, Place[]>();
for (const one of PLACES) {
  for (const name of new Set(namesOf(one))) byName.set(name, [...(byName.get(name) ?? []), one]);
}

/** A P-code, a provisional code, a name, or names from the governorate down: نينوى / سنجار / القحطانية. */
function placeIn(text: string): Understood {
  const code = toAsciiDigits(text).toUpperCase();
  if (isPcode(code) || ProvisionalCode.safeParse(code).success) return { value: code };
  const path = text.split(/[/>›،,]/).map((part) => foldName(part));
  const last = path.at(-1) ?? '';
  const found = (byName.get(last) ?? []).filter((one) => liesIn(one, path.slice(0, -1)));
  const [only, ...others] = found;
  if (!only) return { error: 'PLACE_UNKNOWN' };
  return others.length > 0 ? { error: 'PLACE_AMBIGUOUS' } : { value: only.pcode };
}

/** Whether the places above it have these names, in this order, with gaps where a level was left out. */
function liesIn(one: Place, path: readonly string[]): boolean {
  let at = one.parent === undefined ? undefined : place(one.parent);
  for (const name of [...path].reverse()) {
    while (at && !namesOf(at).includes(name)) at = at.parent === undefined ? undefined : place(at.parent);
    if (!at) return false;
    at = at.parent === undefined ? undefined : place(at.parent);
  }
  return true;
}
