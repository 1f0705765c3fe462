import type { LocalDate } from '../kernel/dates.ts';
import { understand, written } from './cells.ts';
import { type Cell, type Column, type Row, textIn, type Unit } from './columns.ts';
import { comparable } from './families.ts';
import type { Plan } from './plans.ts';
import type { RowError } from './rowErrors.ts';

/** The headings of a file held against its template. */
export interface Headings {
  /** Columns by their place in the file. */
  readonly columns: readonly (Column | undefined)[];
  /** Keys of required columns that are missing, and of columns that stand there twice. */
  readonly missing: readonly string[];
  readonly twice: readonly string[];
}

const plain = (text: string): string => written(text).replaceAll('*', '').trim().toLowerCase();

/** Offices write titles above their tables: as many lines are looked through for the headings. */
const TITLES = 10;

/** Where the headings stand: the line in which most columns of the template are found. */
export function headingsAt(lines: readonly (readonly string[])[], template: readonly Column[]): number {
  const found = lines.slice(0, TITLES).map((line) => headingsIn(line, template).columns.filter((one) => one).length);
  return Math.max(0, found.indexOf(Math.max(0, ...found)));
}

/** Finds the columns of a template by their key or heading in either language, or both as the template writes them. */
export function headingsIn(cells: readonly string[], template: readonly Column[]): Headings {
  const columns = cells.map((cell) => {
    const heading = plain(cell);
    return template.find(({ key, heading: { en, ar } }) =>
      [key, en, ar, headingOf({ en, ar })].some((one) => plain(one) === heading),
    );
  });
  const found = columns.flatMap((one) => (one ? [one.key] : []));
  return {
    columns,
    missing: template.filter((one) => one.required && !found.includes(one.key)).map((one) => one.key),
    twice: [...new Set(found.filter((key, at) => found.indexOf(key) !== at))],
  };
}

/** A heading as the template writes it: Arabic, then English. */
export const headingOf = ({ en, ar }: { readonly en: string; readonly ar: string }): string => `${ar} / ${en}`;

/**
 * Rows and what is wrong with their cells, from the lines of a table of which `firstRow` is the number of the first. Lines
 * that are empty or begin with # (the example of a template) are no rows.
 */
export function rowsIn(
  lines: readonly (readonly string[])[],
  { columns }: Pick<Headings, 'columns'>,
  today: LocalDate,
  firstRow = 2,
): { readonly rows: readonly Row[]; readonly errors: readonly RowError[] } {
  const errors: RowError[] = [];
  const rows = lines.flatMap((line, index): Row[] => {
    const texts = line.map(written);
    if (texts.every((one) => one === '') || texts[0]?.startsWith('#')) return [];
    const row = index + firstRow;
    const cells: Record<string, Cell> = {};
    for (const [at, column] of columns.entries()) {
      const text = texts[at] ?? '';
      if (!column || text === '') {
        if (column?.required === 'row') errors.push({ row, column: column.key, code: 'MISSING' });
        continue;
      }
      const found = understand(column, text, today);
      if ('value' in found) cells[column.key] = found.value;
      else errors.push({ row, column: column.key, code: found.error });
    }
    return [{ row, cells }];
  });
  return { rows, errors };
}

/** Units and everything that is wrong with them, as far as the file itself tells. */
export function checkUnits(
  rows: readonly Row[],
  cellErrors: readonly RowError[],
  { columns, unitsIn, errorsOf }: Pick<Plan, 'columns' | 'unitsIn' | 'errorsOf'>,
): { readonly units: readonly Unit[]; readonly errors: readonly RowError[] } {
  const units = unitsIn(rows);
  const known = new Set(cellErrors.map((one) => `${one.row} ${one.column}`));
  const missing = units.flatMap(({ head }) =>
    columns
      .filter((one) => one.required === 'unit' && head.cells[one.key] === undefined && !known.has(`${head.row} ${one.key}`))
      .map((one): RowError => ({ row: head.row, column: one.key, code: 'MISSING' })),
  );
  // A cell with an error of its own is not reported a second time for what it leaves open.
  const whole = units.flatMap(errorsOf).filter((one) => !known.has(`${one.row} ${one.column}`));
  return {
    units,
    errors: [...cellErrors, ...missing, ...whole, ...columns.filter(isUnique).flatMap((one) => repeated(rows, one.key))],
  };
}

/** Numbers that no two rows of a file can share. */
const isUnique = ({ unique }: Column): boolean => unique === true;

/** Rows that carry a number another row carries too, however it is padded. */
function repeated(rows: readonly Row[], column: string): readonly RowError[] {
  const seen = new Map<string, number>();
  return rows.flatMap((row): RowError[] => {
    const number = comparable(textIn(row, column) ?? '');
    if (number === '') return [];
    if (seen.has(number)) return [{ row: row.row, column, code: 'WITHIN_FILE_TWICE' }];
    seen.set(number, row.row);
    return [];
  });
}
