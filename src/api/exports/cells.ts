import { inBaghdad } from '../../domain/kernel/dates.ts';
import type { CellKind, CellValue } from './columns.ts';

/**
 * What a spreadsheet takes for the beginning of a formula or command, also in the full-width letters of East Asian keyboards,
 * also after spaces and marks nobody sees.
 */
const RUNS = /^[\s\p{Cf}\p{Cc}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** Text that a spreadsheet shows and never runs: an apostrophe before what it would take for a formula. */
export const harmless = (text: string): string => (RUNS.test(text) ? `'${text}` : text);

/** An instant as clocks in Baghdad show it, `YYYY-MM-DD HH:MM`. */
export function localTime(instant: string): string {
  const { date, time } = inBaghdad(instant);
  return `${date} ${time.slice(0, 5)}`;
}

/** A cell as plain text. Numbers are written by us and stay numbers; everything else is made harmless. */
export function plain(value: CellValue, kind: CellKind): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return harmless(kind === 'instant' ? localTime(value) : value);
}
