import { parse } from 'csv-parse/sync';
import { NotUnpacked, repack } from './repack.ts';
import { linesOfSheet, SheetNotRead } from './sheet.ts';

/** Why a file is no table that can be read. */
export class UnreadableTable extends Error {
  readonly code: 'NOT_A_TABLE' | 'TABLE_TOO_LARGE';
  constructor(code: UnreadableTable['code']) {
    super(code);
    this.name = 'UnreadableTable';
    this.code = code;
  }
}

/** A spreadsheet may be packed a thousandfold; more than this is not unpacked. */
const MOST_UNPACKED_BYTES = 128 * 1024 * 1024;

/**
 * The lines of the first sheet of an XLSX file, or of a CSV file in UTF-8, UTF-16 or Windows-1256 with commas, semicolons or
 * tabs, as text. Dates of a spreadsheet are given as YYYY-MM-DD. @throws UnreadableTable
 */
export async function readTable(bytes: Buffer): Promise<string[][]> {
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))) return readXlsx(bytes);
  if (bytes.includes(0) && !isUtf16(bytes)) throw new UnreadableTable('NOT_A_TABLE');
  return readCsv(decode(bytes));
}

async function readXlsx(bytes: Buffer): Promise<string[][]> {
  try {
    return await linesOfSheet(repack(bytes, MOST_UNPACKED_BYTES));
  } catch (error) {
    const tooLarge = (error instanceof NotUnpacked || error instanceof SheetNotRead) && error.tooLarge;
    throw new UnreadableTable(tooLarge ? 'TABLE_TOO_LARGE' : 'NOT_A_TABLE');
  }
}

/** Lines and marks of a CSV file, at most: above that it is no register, and millions of empty lines take minutes to part. */
const MOST_LINES = 250_000;
const MOST_MARKS = 5_000_000;

function isTooLong(text: string): boolean {
  let [lines, marks] = [0, 0];
  for (let at = 0; at < text.length && lines <= MOST_LINES && marks <= MOST_MARKS; at++) {
    const letter = text[at];
    if (letter === '\n' || (letter === '\r' && text[at + 1] !== '\n')) lines++;
    else if (letter === ',' || letter === ';' || letter === '\t') marks++;
  }
  return lines > MOST_LINES || marks > MOST_MARKS;
}

function readCsv(text: string): string[][] {
  if (isTooLong(text)) throw new UnreadableTable('TABLE_TOO_LARGE');
  const named = /^sep=(.)\r?\n/.exec(text);
  const content = named ? text.slice(named[0].length) : text;
  try {
    return parse(content, {
      delimiter: named?.[1] ?? delimiterOf(content),
      relax_column_count: true,
      skip_empty_lines: false,
      // A stray inch sign or quotation mark inside a name is no reason to refuse a whole register.
      relax_quotes: true,
    });
  } catch {
    throw new UnreadableTable('NOT_A_TABLE');
  }
}

/** The mark that divides the first line most often. */
function delimiterOf(text: string): string {
  const first = text.slice(0, text.search(/\r|\n|$/)).replace(/"[^"]*"/g, '');
  const count = (mark: string): number => first.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

const isUtf16 = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xfe;

/** Excel in Arabic saves CSV in Windows-1256 unless told otherwise: what is not UTF-8 is taken for that. */
function decode(bytes: Buffer): string {
  if (isUtf16(bytes)) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1256').decode(bytes);
  }
}
