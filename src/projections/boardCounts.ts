import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { targetOf } from '../domain/access/access.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { BoardRow } from './boardRows.ts';
import type { CaseIndexRow } from './caseRows.ts';
import type { Change, TableSpec } from './runtime/projection.ts';

/** By whom cases are seen, named as in the index of cases. What is about one case alone, as who has taken it, is empty here. */
type SeenBy = Pick<
  CaseIndexRow,
  | 'tier'
  | 'owner_organisation'
  | 'owner_office'
  | 'owner_governorate'
  | 'parties'
  | 'offices'
  | 'offered_to'
  | 'governorates'
  | 'taken'
  | 'shares'
  | 'own_staff'
>;

/** How many cases stand alike now, by what a board is rolled up by and by whom they are seen, and what of them adds up. */
export interface BoardCellRow extends SeenBy, Pick<BoardRow, 'process' | 'status' | 'kind' | 'governorate' | 'area' | 'body'> {
  cell: string;
  cases: number;
  measures: Readonly<Record<string, number>>;
}

/** How many cases of a cell have been in their status since a year, a month (of the year `parent`) or a day (of that month). */
export interface BoardAgeRow {
  cell: string;
  parent: string;
  bucket: string;
  cases: number;
}

/** How many cases of a cell wait on a party: all of them, and by year, month and day (UTC) on which the first of it is due. */
export interface BoardWaitingRow extends BoardAgeRow {
  party: string;
}

/** That a case on a board waits on a party: since when, and when the first of it is due that is not paused. */
export interface BoardWaitRow {
  process: string;
  case_id: string;
  party: string;
  cell: string;
  since: string;
  due: string | null;
}

export interface BoardCountTables {
  board_cell: BoardCellRow;
  board_age: BoardAgeRow;
  board_waiting: BoardWaitingRow;
  board_wait: BoardWaitRow;
}

/** `parent` and `bucket` of the row for all cases of a cell. */
export const ALL = 'all';

export const countTables: readonly TableSpec[] = [
  {
    name: 'board_cell',
    columns: {
      cell: 'text',
      process: 'text',
      status: 'text',
      kind: 'text',
      governorate: 'text',
      area: 'text',
      body: 'text',
      tier: 'text',
      owner_organisation: 'text',
      owner_office: 'text',
      owner_governorate: 'text',
      parties: 'text[]',
      offices: 'text[]',
      offered_to: 'text',
      governorates: 'text[]',
      taken: 'jsonb',
      shares: 'jsonb',
      own_staff: 'text',
      cases: 'integer',
      measures: 'jsonb',
    } satisfies Record<keyof BoardCellRow, string>,
    key: ['cell'],
    indexes: ['(process)'],
  },
  {
    name: 'board_age',
    columns: { cell: 'text', parent: 'text', bucket: 'text', cases: 'integer' } satisfies Record<keyof BoardAgeRow, string>,
    key: ['cell', 'parent', 'bucket'],
  },
  {
    name: 'board_waiting',
    columns: { cell: 'text', party: 'text', parent: 'text', bucket: 'text', cases: 'integer' } satisfies Record<
      keyof BoardWaitingRow,
      string
    >,
    key: ['cell', 'parent', 'party', 'bucket'],
  },
  {
    name: 'board_wait',
    columns: {
      process: 'text',
      case_id: 'text',
      party: 'text',
      cell: 'text',
      since: 'text',
      due: 'text',
    } satisfies Record<keyof BoardWaitRow, string>,
    key: ['process', 'case_id', 'party'],
    indexes: ['(cell, party, since)', '(process, due) where due is not null'],
  },
];

/** What one case adds to the counts as it stands now. */
export interface Counted {
  readonly cell: Omit<BoardCellRow, 'cases' | 'measures'>;
  readonly measures: BoardRow['measures'];
  readonly since: string;
  readonly waits: readonly BoardWaitRow[];
}

/** What a case adds, by its record and the row of the board that holds now; nothing for a case that stands on no board. */
export function countedOf(process: Process, record: CaseRecord<Stated>, row: BoardRow | undefined): Counted | undefined {
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

/** The year, the month and the day of a date or instant, each with what it is in. */
export const spansOf = (text: string): readonly (readonly [parent: string, bucket: string])[] => [
  ['', text.slice(0, 4)],
  [text.slice(0, 4), text.slice(0, 7)],
  [text.slice(0, 7), text.slice(0, 10)],
];

/** Rows of counts that a batch changes, found by their key. */
interface Sum<Row> {
  readonly row: Row;
  cases: number;
  readonly measures: Record<string, number>;
}

/** The counts of boards as a batch of events moves them. */
export function createCounts(db: Kysely<BoardCountTables>) {
  const cells = new Map<string, Sum<Counted['cell']>>();
  const ages = new Map<string, Sum<Omit<BoardAgeRow, 'cases'>>>();
  const waiting = new Map<string, Sum<Omit<BoardWaitingRow, 'cases'>>>();
  const waits: Change[] = [];

  function add<Row>(
    sums: Map<string, Sum<Row>>,
    key: string,
    row: Row,
    times: number,
    measures: BoardRow['measures'] = {},
  ): void {
    const sum = sums.get(key) ?? { row, cases: 0, measures: {} };
    sum.cases += times;
    for (const [name, value] of Object.entries(measures)) sum.measures[name] = (sum.measures[name] ?? 0) + times * value;
    sums.set(key, sum);
  }

  function count({ cell, measures, since, waits: open }: Counted, times: 1 | -1): void {
    add(cells, cell.cell, cell, times, measures);
    for (const [parent, bucket] of spansOf(since)) {
      add(ages, `${cell.cell} ${bucket}`, { cell: cell.cell, parent, bucket }, times);
    }
    for (const { party, due } of open) {
      for (const [parent, bucket] of [[ALL, ALL] as const, ...(due === null ? [] : spansOf(due))]) {
        add(waiting, `${cell.cell} ${bucket} ${party}`, { cell: cell.cell, party, parent, bucket }, times);
      }
    }
  }

  return {
    /** A case counts as something else from now on. */
    move(before: Counted | undefined, after: Counted | undefined): void {
      const same = (one: BoardWaitRow, other: BoardWaitRow): boolean => JSON.stringify(one) === JSON.stringify(other);
      const gone = before?.waits.filter((one) => !after?.waits.some(({ party }) => party === one.party)) ?? [];
      const come = after?.waits.filter((one) => !before?.waits.some((other) => same(one, other))) ?? [];
      if (gone.length > 0) waits.push({ table: 'board_wait', remove: gone });
      if (come.length > 0) waits.push({ table: 'board_wait', put: come });
      if (before) count(before, -1);
      if (after) count(after, 1);
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
          return changed('board_cell', { ...row, cases: (now?.cases ?? 0) + cases, measures: sums });
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
