import type { LocalDate, PartialDate } from '../kernel/dates.ts';
import type { Label } from '../kernel/labels.ts';

export type ColumnKind = 'text' | 'code' | 'date' | 'partialDate' | 'place' | 'phone' | 'amount';

/** One column of a template: drives the template file, the reading and the checking of rows alike. */
export interface Column {
  readonly key: string;
  readonly heading: Label;
  readonly kind: ColumnKind;
  /** `row`: in every row. `unit`: in the row that stands for its unit, such as the head of a household. */
  readonly required?: 'row' | 'unit';
  /** The list of a `code`: code → words; a row may have the code or the words. */
  readonly codes?: Readonly<Record<string, Label>>;
  readonly most?: number;
  /** No two rows of a file have the same. */
  readonly unique?: boolean;
  /** What the example of the template shows; a synthetic case. */
  readonly example: string;
}

/** A cell once it was understood. */
export type Cell = string | number | PartialDate;

/** The cells of a row by column, those that were filled and understood. */
export type Cells = Readonly<Record<string, Cell | undefined>>;

/** A row of the file with its number. */
export interface Row {
  readonly row: number;
  readonly cells: Cells;
}

/** The rows that are committed together: a household, or a claim. */
export interface Unit {
  /** Its first row, by which it is called. */
  readonly unit: number;
  readonly rows: readonly Row[];
  /** The row that stands for it, such as the head's; the first where none or several are marked. */
  readonly head: Row;
}

export const textIn = ({ cells }: Row, key: string): string | undefined => {
  const value = cells[key];
  return typeof value === 'string' ? value : undefined;
};

export const numberIn = ({ cells }: Row, key: string): number | undefined => {
  const value = cells[key];
  return typeof value === 'number' ? value : undefined;
};

export const partialDateIn = ({ cells }: Row, key: string): PartialDate | undefined => {
  const value = cells[key];
  return typeof value === 'object' ? value : undefined;
};

/** A date that a column of kind `date` holds. */
export const dateIn = (row: Row, key: string): LocalDate | undefined => textIn(row, key);
