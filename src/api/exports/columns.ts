import type { Label } from '../../domain/kernel/labels.ts';
import type { Words } from './words.ts';

/**
 * What a cell holds, so that a spreadsheet takes it as that: a date is `YYYY-MM-DD`, an instant RFC 3339 UTC (shown as clocks in
 * Baghdad), text stays text even when it is all digits.
 */
export type CellKind = 'text' | 'number' | 'date' | 'instant';
export type CellValue = string | number | null;

/** A row of a list as an export sees it. */
export type Row = Readonly<Record<string, unknown>>;

/** How a field of a list's rows is headed and written. */
export interface Heading {
  readonly title: Label;
  readonly kind: CellKind;
  /** Whose id the value is, where it is written as its name. */
  readonly names?: 'organisation' | 'office';
  /** In words where the value is a code; the value itself when absent. */
  say?(value: unknown, words: Words, row: Row): CellValue;
}

/** One column of an exported list. */
export interface Column extends Heading {
  readonly key: string;
}

/** Columns of a list; a function where they depend on what its rows hold. */
export type Columns = readonly Column[] | ((rows: readonly Row[]) => readonly Column[]);

/** The columns of a list, in order, by the fields of its rows. */
export const columnsOf = <Row extends object>(headings: { readonly [K in keyof Row & string]?: Heading }): readonly Column[] =>
  Object.entries<Heading | undefined>(headings).flatMap(([key, heading]) => (heading ? [{ ...heading, key }] : []));

/** The value of a column in a row; lists of ids and codes stand in one cell, with commas. */
export function valueIn(column: Column, row: Row, words: Words): CellValue {
  const value = row[column.key];
  if (value === undefined || value === null) return null;
  if (column.say) return column.say(value, words, row);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return words.yesOrNo(value);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

export const text = (en: string, ar: string, say?: Heading['say']): Heading => ({
  title: { en, ar },
  kind: 'text',
  ...(say ? { say } : {}),
});
export const number = (en: string, ar: string): Heading => ({ title: { en, ar }, kind: 'number' });
export const date = (en: string, ar: string): Heading => ({ title: { en, ar }, kind: 'date' });
export const instant = (en: string, ar: string): Heading => ({ title: { en, ar }, kind: 'instant' });
