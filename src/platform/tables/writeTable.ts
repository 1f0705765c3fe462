import writeXlsxFile, { type SheetData } from 'write-excel-file/node';

/** A sheet of text. The first line holds the headings. */
export interface Sheet {
  readonly name: string;
  readonly lines: readonly (readonly string[])[];
}

const WIDEST = 40;

/** An XLSX file of sheets that read from right to left, every cell as text so that numbers keep their zeros. */
export async function writeXlsx(sheets: readonly Sheet[]): Promise<Buffer> {
  return writeXlsxFile(
    sheets.map(({ name, lines }) => ({
      sheet: name,
      rightToLeft: true,
      stickyRowsCount: 1,
      columns: widthsOf(lines),
      data: lines.map((line, at) =>
        line.map((value) => ({ value, type: String, ...(at === 0 ? HEADING : {}) })),
      ) satisfies SheetData,
    })),
  ).toBuffer();
}

const HEADING = { fontWeight: 'bold', wrap: true } as const;

const widthsOf = (lines: readonly (readonly string[])[]) =>
  (lines[0] ?? []).map((_, at) => ({ width: Math.min(WIDEST, Math.max(12, ...lines.map((line) => line[at]?.length ?? 0))) }));

/** What a spreadsheet would run is shown as text by an apostrophe before it. */
const harmless = (cell: string): string => (/^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell);

/** A CSV file that spreadsheets open in the right letters: UTF-8 with a byte-order mark, commas, DOS line ends. */
export function writeCsv(lines: readonly (readonly string[])[]): Buffer {
  const quoted = (cell: string): string => (/[",;\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const text = lines.map((line) => line.map((cell) => quoted(harmless(cell))).join(',')).join('\r\n');
  return Buffer.from(`\ufeff${text}\r\n`);
}
