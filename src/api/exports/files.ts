import type { Cell } from 'write-excel-file/node';
import type { Lang } from '../../domain/kernel/labels.ts';
import { writeCsv } from '../../platform/tables/writeTable.ts';
import { localTime, written } from './cells.ts';
import type { CellKind, CellValue } from './columns.ts';

/** A list ready to be written: headings in one language, cells column by column. */
export interface Table {
  readonly name: string;
  readonly lang: Lang;
  readonly columns: readonly { readonly title: string; readonly kind: CellKind }[];
  readonly rows: readonly (readonly CellValue[])[];
}

/** The list as CSV. */
export const csvOf = ({ columns, rows }: Table): Buffer =>
  writeCsv([
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map((value, index) => written(value, columns[index]?.kind ?? 'text'))),
  ]);

const WIDTHS: Readonly<Record<CellKind, number>> = { text: 24, number: 14, date: 12, instant: 17 };
/** A sheet's name may be 31 letters, without these. */
const sheetName = (name: string): string => name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31);

/** XLSX with typed cells, right to left for Arabic and Kurdish. Text is marked as text, so that editing a cell does not run it. */
export async function xlsxOf({ name, lang, columns, rows }: Table): Promise<Buffer> {
  const head = columns.map(({ title }): Cell => ({ value: title, type: String, fontWeight: 'bold' }));
  const body = rows.map((row) => row.map((value, index) => cellOf(value, columns[index]?.kind ?? 'text')));
  // No start waits for what only a spreadsheet needs.
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  return writeXlsxFile([head, ...body], {
    sheet: sheetName(name),
    rightToLeft: lang !== 'en',
    stickyRowsCount: 1,
    columns: columns.map(({ kind }) => ({ width: WIDTHS[kind] })),
  }).toBuffer();
}

function cellOf(value: CellValue, kind: CellKind): Cell {
  if (value === null) return null;
  if (typeof value === 'number') return { value, type: Number };
  if (kind === 'date') return { value: new Date(`${value}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };
  // A spreadsheet knows no time zones: its cell is given what clocks in Baghdad show.
  if (kind === 'instant')
    return { value: new Date(`${localTime(value).replace(' ', 'T')}:00Z`), type: Date, format: 'yyyy-mm-dd hh:mm' };
  return { value, type: String, format: '@' };
}
