import { fileNumberIn } from '../../domain/household/fileNumber.ts';
import { matchingRule } from '../../domain/household/index.ts';
import { textIn } from '../../domain/importRun/columns.ts';
import { type Family, type ImportState, importLimits } from '../../domain/importRun/index.ts';
import type { RowError } from '../../domain/importRun/rowErrors.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import type { Cases } from '../../eventlog/cases.ts';
import { isTaken } from '../../eventlog/reservations.ts';
import type { TaskContext } from '../runtime/reactor.ts';
import { type Doubts, doubtsIn } from './looking.ts';
import { come, type ImportParts } from './parts.ts';
import { type fileReader, type ReadFile, UnreadableFile } from './reading.ts';
import type { ImportRow } from './rows.ts';

type Reader = ReturnType<typeof fileReader>;

/** Reads an uploaded file, writes down what is wrong with its rows and what they may repeat, and tells the import. */
export async function validate(
  id: string,
  state: Extract<ImportState, { status: 'uploaded' }>,
  parts: ImportParts & { readonly reader: Reader },
  context: TaskContext,
): Promise<void> {
  const give = (command: string, input: object) => context.command({ process: 'importRun', command, id, input, part: 'read' });
  const rules = await parts.rulebook.inForce([importLimits, matchingRule], context.now());
  const matching = rules.of(matchingRule);
  const mostRows = rules.of(importLimits).value.rows;
  try {
    const { kind, document, sha256, office } = state;
    const read = await parts.reader.of({ kind, document, sha256, today: baghdadDate(context.now()), mostRows });
    const taken = await numbersTaken(read.families, office, parts, context.cases);
    const file: ReadFile = { ...read, errors: [...read.errors, ...taken] };
    const search = come(await parts.personsAt(context.cause.position));
    const doubts = await doubtsIn(sound(file), search, matching.value);
    const rows = rowsOf(file, doubts);
    await parts.rows.replace(id, rows);
    await give('validate', found(file, rows, matching.version));
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const { problem, columns } = error;
    await give('reportUnreadable', { problem, ...(columns.length > 0 ? { columns } : {}) });
  }
}

/** Households of which no row has an error. */
export function sound({ families, errors }: ReadFile): readonly Family[] {
  const bad = new Set(errors.map((one) => one.row));
  return families.filter(({ rows }) => !rows.some((one) => bad.has(one.row)));
}

function rowsOf({ families, errors }: ReadFile, doubts: Doubts): readonly ImportRow[] {
  const wrong = new Map<number, RowError[]>();
  for (const one of errors) wrong.set(one.row, [...(wrong.get(one.row) ?? []), one]);
  return families.flatMap(({ unit, rows }) => {
    const held = rows.some((one) => wrong.has(one.row));
    const doubtful = rows.some((one) => doubts.has(one.row));
    return rows.map(({ row }): ImportRow => {
      const mine = wrong.get(row) ?? [];
      const status = mine.length > 0 ? 'bad' : held ? 'withheld' : doubtful ? 'doubtful' : 'ready';
      const told = mine.map(({ column, code }) => ({ column, code }));
      return { row, unit, status, errors: told, duplicates: doubts.get(row) ?? [], cases: [] };
    });
  });
}

function found(file: ReadFile, rows: readonly ImportRow[], rulesVersion: string) {
  const good = rows.filter((one) => one.status === 'ready' || one.status === 'doubtful').length;
  const duplicates = [...new Set(rows.filter((one) => one.status === 'doubtful').map((one) => one.unit))];
  return {
    rows: rows.length,
    good,
    bad: rows.length - good,
    units: sound(file).length,
    duplicates: duplicates.sort((a, b) => a - b),
    rulesVersion,
  };
}

/** File numbers the branch has given already, asked of the reservations themselves. */
async function numbersTaken(
  families: readonly Family[],
  office: { readonly organisation: string; readonly office?: string | undefined },
  { mac }: Pick<ImportParts, 'mac'>,
  cases: Cases,
): Promise<readonly RowError[]> {
  const errors: RowError[] = [];
  for (const { head } of families) {
    for (const { scope, value } of fileNumberIn(textIn(head, 'fileNo') ?? '', office)) {
      const hash = mac(`reservation ${scope}`, value);
      if (await isTaken(cases, '', { hash })) errors.push({ row: head.row, column: 'fileNo', code: 'FILE_NUMBER_TAKEN' });
    }
  }
  return errors;
}
