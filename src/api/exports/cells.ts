import { inBaghdad } from '../../domain/kernel/dates.ts';
import type { CellKind, CellValue } from './columns.ts';

/** An instant as clocks in Baghdad show it, `YYYY-MM-DD HH:MM`. */
export function localTime(instant: string): string {
  const { date, time } = inBaghdad(instant);
  return `${date} ${time.slice(0, 5)}`;
}

/** A cell as it is written out as text; numbers stay numbers. */
export const written = (value: CellValue, kind: CellKind): CellValue =>
  typeof value === 'string' && kind === 'instant' ? localTime(value) : value;
