import { matchingRule } from '../../domain/household/index.ts';
import type { Unit } from '../../domain/importRun/columns.ts';
import { type ImportState, importLimits, PLANS } from '../../domain/importRun/index.ts';
import type { RowError } from '../../domain/importRun/rowErrors.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { atOnce } from '../runtime/atOnce.ts';
import { verdictOn } from '../runtime/faults.ts';
import type { TaskContext } from '../runtime/reactor.ts';
import { AT_ONCE, adopt, planOf, type Run } from './entering.ts';
import { type Doubts, doubtsIn, type LookedFor } from './looking.ts';
import { come, type ImportParts } from './parts.ts';
import { type fileReader, type ReadFile, UnreadableFile } from './reading.ts';
import type { ImportRow } from './rows.ts';

type Reader = ReturnType<typeof fileReader>;

/** Reads an uploaded file, writes down what is wrong with its rows and what they may repeat, and tells the import. */
export async function validate(
  id: string,
  state: Extract<ImportState, { status: 'uploaded' }>,
  parts: ImportParts & { readonly reader: Reader; readonly by: LookedFor },
  context: TaskContext,
): Promise<void> {
  const give = (command: string, input: object) => context.command({ process: 'importRun', command, id, input, part: 'read' });
  const rules = await parts.rulebook.inForce([importLimits, matchingRule], context.now());
  const matching = rules.of(matchingRule);
  const mostRows = rules.of(importLimits).value.rows;
  try {
    const { kind, document, sha256 } = state;
    const read = await parts.reader.of({ kind, document, sha256, today: baghdadDate(context.now()), mostRows });
    const run = { id, state, execute: context.execute, causedBy: context.cause.event };
    const tried = await tryAll(sound(read), run);
    const unfit = [...new Set(tried.errors.map((one) => one.unit))].sort((a, b) => a - b);
    const file: ReadFile = { ...read, errors: [...read.errors, ...tried.errors.map(({ unit: _, ...error }) => error)] };
    const search = come(await parts.personsAt(context.cause.position));
    const doubts = await doubtsIn(sound(file), PLANS[kind], search, matching.value, parts.by);
    for (const [row, scopes] of tried.taken)
      doubts.set(row, [...scopes.map((scope) => ({ scope, score: 100 })), ...(doubts.get(row) ?? [])]);
    const rows = rowsOf(file, doubts);
    await parts.rows.replace(id, rows);
    await give('validate', found(file, rows, unfit, matching.version));
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const { problem, columns } = error;
    await give('reportUnreadable', { problem, ...(columns.length > 0 ? { columns } : {}) });
  }
}

/** Units of which no row has an error. */
export function sound({ units, errors }: ReadFile): readonly Unit[] {
  const bad = new Set(errors.map((one) => one.row));
  return units.filter(({ rows }) => !rows.some((one) => bad.has(one.row)));
}

function rowsOf({ units, errors }: ReadFile, doubts: Doubts): readonly ImportRow[] {
  const wrong = new Map<number, RowError[]>();
  for (const one of errors) wrong.set(one.row, [...(wrong.get(one.row) ?? []), one]);
  return units.flatMap(({ unit, rows }) => {
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

function found(file: ReadFile, rows: readonly ImportRow[], unfit: readonly number[], rulesVersion: string) {
  const good = rows.filter((one) => one.status === 'ready' || one.status === 'doubtful').length;
  const duplicates = [...new Set(rows.filter((one) => one.status === 'doubtful').map((one) => one.unit))];
  return {
    rows: rows.length,
    good,
    bad: rows.length - good,
    units: sound(file).length,
    duplicates: duplicates.sort((a, b) => a - b),
    unfit,
    rulesVersion,
  };
}

/**
 * Tries every unit without writing anything: what a rule would refuse is an error of the row that stands for it, a number that
 * is taken one of its column; a loss that is claimed already is for people to look at.
 */
async function tryAll(units: readonly Unit[], run: Run) {
  const { numbers, columns } = planOf(run);
  const errors: (RowError & { readonly unit: number })[] = [];
  const taken = new Map<number, readonly string[]>();
  const tries = await atOnce(units, AT_ONCE, (unit) => takenBy(unit, run));
  for (const [index, { unit, head }] of units.entries()) {
    const { row } = head;
    const scopes = tries[index];
    if (scopes === undefined) errors.push({ unit, row, column: columns[0]?.key ?? '', code: 'NOT_ACCEPTED' });
    for (const scope of scopes ?? []) if (numbers[scope]) errors.push({ unit, row, ...numbers[scope] });
    const others = (scopes ?? []).filter((scope) => !numbers[scope]);
    if (others.length > 0) taken.set(row, others);
  }
  return { errors, taken };
}

/** Scopes in which another case holds what a unit would reserve; nothing for a unit that a rule would refuse. */
async function takenBy(unit: Unit, run: Run): Promise<readonly string[] | undefined> {
  try {
    const { would } = await adopt(unit, run, true);
    return would?.taken ?? [];
  } catch (error) {
    if (verdictOn(error).kind !== 'refused') throw error;
    return undefined;
  }
}
