import { createHash } from 'node:crypto';
import type { Unit } from '../../domain/importRun/columns.ts';
import type { FileProblem, ImportKind } from '../../domain/importRun/events.ts';
import { checkUnits, headingsAt, headingsIn, PLANS, rowsIn } from '../../domain/importRun/index.ts';
import type { RowError } from '../../domain/importRun/rowErrors.ts';
import { readTable, UnreadableTable } from '../../platform/tables/readTable.ts';
import type { ImportParts } from './parts.ts';

/** A file as far as it can be read: its units and what is wrong with its rows. */
export interface ReadFile {
  readonly units: readonly Unit[];
  readonly errors: readonly RowError[];
}

/** A file that cannot be read at all; `columns` are keys of the template. */
export class UnreadableFile extends Error {
  readonly problem: FileProblem;
  readonly columns: readonly string[];
  constructor(problem: FileProblem, columns: readonly string[] = []) {
    super(problem);
    this.name = 'UnreadableFile';
    this.problem = problem;
    this.columns = columns;
  }
}

/** What is read: one of an import's files, checked as of a day in Baghdad. */
export interface Reading {
  readonly kind: ImportKind;
  readonly document: string;
  readonly sha256: string;
  readonly today: string;
  readonly mostRows: number;
}

/**
 * Reads files from the store. The last one is kept for the next chunk of its rows, and forgotten when another is read.
 * The function throws UnreadableFile.
 */
export function fileReader({ read }: Pick<ImportParts, 'read'>) {
  let last: { readonly key: string; readonly file: Promise<ReadFile> } | undefined;

  async function readAnew(of: Reading): Promise<ReadFile> {
    const stored = await read(of.document);
    if (!stored) throw new UnreadableFile('FILE_MISSING');
    const pieces: Uint8Array[] = [];
    for await (const piece of stored.content) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    if (createHash('sha256').update(bytes).digest('hex') !== of.sha256) throw new UnreadableFile('FILE_CHANGED');
    return checked(await linesOf(bytes), of);
  }

  return {
    of: (reading: Reading): Promise<ReadFile> => {
      const key = JSON.stringify(reading);
      if (last?.key !== key) last = { key, file: readAnew(reading) };
      const { file } = last;
      file.catch(() => {
        if (last?.file === file) last = undefined;
      });
      return file;
    },
    forget: (): void => {
      last = undefined;
    },
  };
}

async function linesOf(bytes: Buffer): Promise<string[][]> {
  try {
    return await readTable(bytes);
  } catch (error) {
    if (error instanceof UnreadableTable) throw new UnreadableFile(error.code);
    throw error;
  }
}

function checked(lines: readonly (readonly string[])[], { kind, today, mostRows }: Reading): ReadFile {
  const plan = PLANS[kind];
  const template = plan.columns;
  const at = headingsAt(lines, template);
  const headings = headingsIn(lines[at] ?? [], template);
  if (headings.twice.length > 0) throw new UnreadableFile('COLUMN_TWICE', headings.twice);
  if (headings.missing.length > 0) throw new UnreadableFile('COLUMN_MISSING', headings.missing);
  const { rows, errors } = rowsIn(lines.slice(at + 1), headings, today, at + 2);
  if (rows.length === 0) throw new UnreadableFile('NO_ROWS');
  if (rows.length > mostRows) throw new UnreadableFile('TOO_MANY_ROWS');
  return checkUnits(rows, errors, plan);
}
