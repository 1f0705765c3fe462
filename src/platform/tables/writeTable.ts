import type { SheetData } from 'write-excel-file/node';

/** A sheet of text. The first line holds the headings. */
export interface Sheet {
  readonly name: string;
  readonly lines: readonly (readonly string[])[];
}

const WIDEST = 40;

/** An XLSX file of sheets that read from right to left, every cell as text so that numbers keep their zeros. */
export async function writeXlsx(sheets: readonly Sheet[]): Promise<Buffer> {
  // No start waits for what only a spreadsheet needs.
  const { default: writeXlsxFile } = await import('write-excel-file/node');
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

/**
 * What a spreadsheet takes for the beginning of a formula or command, also in the full-width letters of East Asian keyboards,
 * also after spaces and marks nobody sees.
 */
const RUNS = /^[\s\p{Cf}\p{Cc}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** Where the regional settings of a computer divide cells by another mark than the comma, a text falls apart at it. */
const AFTER_MARK = /(?<!^)([;\t|])(?=[\s\p{Cf}\p{Cc}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20])/gu;

/** Text that a spreadsheet shows and never runs: an apostrophe before what it would take for a formula. */
export const harmless = (text: string): string => {
  const apart = text.replace(AFTER_MARK, "$1'");
  return RUNS.test(apart) ? `'${apart}` : apart;
};

const quoted = (text: string): string =>
  /[",;\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;

const cellOf = (value: string | number | null): string =>
  value === null ? '' : typeof value === 'number' ? String(value) : quoted(harmless(value));

/**
 * A CSV file (RFC 4180) that spreadsheets open in the right letters: UTF-8 with a byte-order mark, commas, DOS line ends.
 * Numbers are written by us and stay numbers; text is made harmless.
 */
export const writeCsv = (lines: readonly (readonly (string | number | null)[])[]): Buffer =>
  Buffer.from(`\ufeff${lines.map((line) => `${line.map(cellOf).join(',')}\r\n`).join('')}`, 'utf8');
