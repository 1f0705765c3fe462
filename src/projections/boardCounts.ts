import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { targetOf } from '../domain/access/access.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import {
  ALL,
  type BoardAgeRow,
  type BoardCellRow,
  type BoardCountTables,
  type BoardWaitingRow,
  type BoardWaitRow,
} from './boardCountTables.ts';
import type { BoardRow } from './boardRows.ts';
import type { Change } from './runtime/projection.ts';

/** What was counted of a case. */
export interface Counted {
  readonly cell: string;
  readonly measures: BoardRow['measures'];
  readonly since: string;
  readonly waits: readonly BoardWaitRow[];
}

/** A cell as far as its cases have it in common. */
type Cell = Omit<BoardCellRow, 'cases' | 'measures'>;

/** What a case adds to the counts as it stands now. */
export interface Counting extends Omit<Counted, 'cell'> {
  readonly cell: Cell;
}

/** What a case adds, by its record and the row of the board that holds now; nothing for a case that stands on no board. */
export function countedOf(process: Process, record: CaseRecord<Stated>, row: BoardRow | undefined): Counting | undefined {
  if (!row) return undefined;
  const { owner, parties, offices, offeredTo, governorates, tier } = targetOf(process, record);
  const { status, kind, governorate, area, body, measures, since } = row;
  const told = {
    process: process.name,
    status,
    kind,
    governorate,
    area,
    body,
    tier,
    owner_organisation: owner?.organisation ?? null,
    owner_office: owner?.office ?? null,
    owner_governorate: owner?.governorate ?? null,
    parties: [...new Set(parties)].sort(),
    offices: [...new Set(offices)].sort(),
    offered_to: offeredTo ?? null,
    governorates: [...new Set(governorates)].sort(),
    taken: [],
    shares: [],
    own_staff: null,
  };
  // Cases of which other figures are told are counted apart, so that a figure stays with its cell while it is none.
  const cell = createHash('sha256')
    .update(JSON.stringify([told, Object.keys(measures).sort()]))
    .digest('hex')
    .slice(0, 32);
  return { cell: { cell, ...told }, measures, since, waits: waitsOf(record, cell) };
}

function waitsOf({ process, id, waits }: CaseRecord<Stated>, cell: string): readonly BoardWaitRow[] {
  const parties = [...new Set(waits.map((one) => one.party))];
  return parties.map((party) => {
    const own = waits.filter((one) => one.party === party);
    const dues = own.flatMap(({ due, paused }) => (due === undefined || paused ? [] : [due]));
    return {
      process,
      case_id: id,
      party,
      cell,
      since: own.map((one) => one.since).sort()[0]!,
      due: dues.sort()[0] ?? null,
    };
  });
}

/** What cases of a process wait on as it was counted, by case. */
export async function recallWaits(
  db: Kysely<BoardCountTables>,
  process: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly BoardWaitRow[]>> {
  const rows = await db.selectFrom('board_wait').selectAll().where('process', '=', process).where('case_id', 'in', ids).execute();
  return byCase(rows);
}

/** Rows by the case that they are of, each in its order. */
export function byCase<Row extends { readonly case_id: string }>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) found.set(row.case_id, [...(found.get(row.case_id) ?? []), row]);
  return found;
}

/** The year, the month and the day of a date or instant, each with what it is in. */
export const spansOf = (text: string): readonly (readonly [parent: string, bucket: string])[] => [
  ['', text.slice(0, 4)],
  [text.slice(0, 4), text.slice(0, 7)],
  [text.slice(0, 7), text.slice(0, 10)],
];

/** By how much a batch changes a row of counts, which is found by its key. */
interface Sum<Row> {
  readonly row: Row;
  cases: number;
}

/** By how much it changes a cell; what its cases have in common is known of those that came into it. */
interface CellSum extends Sum<Pick<Cell, 'cell'> & Partial<Cell>> {
  readonly measures: Record<string, number>;
}

/** The counts of boards as a batch of events moves them. */
export function createCounts(db: Kysely<BoardCountTables>) {
  const cells = new Map<string, CellSum>();
  const ages = new Map<string, Sum<Omit<BoardAgeRow, 'cases'>>>();
  const waiting = new Map<string, Sum<Omit<BoardWaitingRow, 'cases'>>>();
  const waits: Change[] = [];

  function add<Row>(sums: Map<string, Sum<Row>>, key: string, row: Row, times: number): void {
    const sum = sums.get(key) ?? { row, cases: 0 };
    sum.cases += times;
    sums.set(key, sum);
  }

  function addToCell(row: CellSum['row'], measures: BoardRow['measures'], times: number): void {
    const known = cells.get(row.cell) ?? { row, cases: 0, measures: {} };
    const sum = { ...known, row: { ...known.row, ...row } };
    sum.cases += times;
    for (const [name, value] of Object.entries(measures)) sum.measures[name] = (sum.measures[name] ?? 0) + times * value;
    cells.set(row.cell, sum);
  }

  function count({ cell, since, waits: open }: Counted, times: 1 | -1): void {
    for (const [parent, bucket] of spansOf(since)) {
      add(ages, `${cell} ${bucket}`, { cell, parent, bucket }, times);
    }
    for (const { party, due } of open) {
      for (const [parent, bucket] of [[ALL, ALL] as const, ...(due === null ? [] : spansOf(due))]) {
        add(waiting, `${cell} ${bucket} ${party}`, { cell, party, parent, bucket }, times);
      }
    }
  }

  return {
    /** A case counts as something else from now on than it was counted as. */
    move(before: Counted | undefined, after: Counting | undefined): void {
      const gone = before?.waits.filter((one) => !after?.waits.some(({ party }) => party === one.party)) ?? [];
      const come = after?.waits.filter((one) => !before?.waits.some((other) => sameWait(one, other))) ?? [];
      if (gone.length > 0) waits.push({ table: 'board_wait', remove: gone });
      if (come.length > 0) waits.push({ table: 'board_wait', put: come });
      if (before) {
        addToCell({ cell: before.cell }, before.measures, -1);
        count(before, -1);
      }
      if (after) {
        addToCell(after.cell, after.measures, 1);
        count({ ...after, cell: after.cell.cell }, 1);
      }
    },
    /** The rows as they are after the batch, which the next one begins from. */
    async changes(): Promise<readonly Change[]> {
      const moved = [...cells.values()].filter(
        ({ cases, measures }) => cases !== 0 || Object.values(measures).some((by) => by !== 0),
      );
      const [cellsNow, agesNow, waitingNow] = await Promise.all([
        moved.length === 0
          ? []
          : db
              .selectFrom('board_cell')
              .selectAll()
              .where(
                'cell',
                'in',
                moved.map(({ row }) => row.cell),
              )
              .execute(),
        countsNow(db, 'board_age', netOf(ages)),
        countsNow(db, 'board_waiting', netOf(waiting)),
      ]);
      const known = new Map(cellsNow.map((row) => [row.cell, row]));
      const changes: Change[] = [
        ...moved.map(({ row, cases, measures }): Change => {
          const now = known.get(row.cell);
          const sums = { ...now?.measures };
          for (const [name, by] of Object.entries(measures)) sums[name] = (sums[name] ?? 0) + by;
          return changed('board_cell', { ...now, ...row, cases: (now?.cases ?? 0) + cases, measures: sums });
        }),
        ...netOf(ages).map(({ row, cases }) => changed('board_age', { ...row, cases: cases + (agesNow.get(keyOf(row)) ?? 0) })),
        ...netOf(waiting).map(({ row, cases }) =>
          changed('board_waiting', { ...row, cases: cases + (waitingNow.get(keyOf(row)) ?? 0) }),
        ),
        ...waits,
      ];
      cells.clear();
      ages.clear();
      waiting.clear();
      waits.length = 0;
      return changes;
    },
  };
}

const sameWait = (one: BoardWaitRow, other: BoardWaitRow): boolean =>
  one.party === other.party && one.cell === other.cell && one.since === other.since && one.due === other.due;
const netOf = <Row>(sums: ReadonlyMap<string, Sum<Row>>): readonly Sum<Row>[] =>
  [...sums.values()].filter(({ cases }) => cases !== 0);
const keyOf = ({ cell, party, parent, bucket }: Omit<BoardAgeRow, 'cases'> & { readonly party?: string }): string =>
  JSON.stringify([cell, party ?? null, parent, bucket]);

/** A row without cases is none. */
const changed = <Row extends { readonly cases: number }>(table: string, row: Row): Change =>
  row.cases === 0 ? { table, remove: [row] } : { table, put: [row] };

/** The counts of these rows as they are written. */
async function countsNow(
  db: Kysely<BoardCountTables>,
  table: 'board_age' | 'board_waiting',
  sums: readonly Sum<Omit<BoardAgeRow, 'cases'>>[],
): Promise<ReadonlyMap<string, number>> {
  if (sums.length === 0) return new Map();
  const wanted = sql<{ cell: string; bucket: string }>`(select distinct * from unnest(
    ${sums.map(({ row }) => row.cell)}::text[], ${sums.map(({ row }) => row.parent)}::text[],
    ${sums.map(({ row }) => row.bucket)}::text[]) one(cell, parent, bucket))`;
  const found = await db
    .selectFrom(table)
    .innerJoin(
      () => wanted.as<'wanted'>(sql`wanted(cell, parent, bucket)`),
      (join) =>
        join.on(
          sql<boolean>`wanted.cell = ${sql.ref(`${table}.cell`)} and wanted.parent = ${sql.ref(`${table}.parent`)}
            and wanted.bucket = ${sql.ref(`${table}.bucket`)}`,
        ),
    )
    .selectAll(table)
    .execute();
  return new Map(found.map((row) => [keyOf(row), row.cases]));
}
