import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { LocalDate } from '../domain/kernel/dates.ts';
import { atOneMoment, countedLines, countedWaits, isCounted } from './boardCounts.queries.ts';
import { after, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** By what a board is rolled up. */
export const BOARD_GROUPS = ['status', 'kind', 'governorate', 'area', 'body'] as const;
export type BoardGroup = (typeof BOARD_GROUPS)[number];

export interface BoardFilter {
  readonly process: string;
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly governorate?: string | undefined;
  readonly area?: string | undefined;
  readonly body?: string | undefined;
  /** As it was known at this logIndex; as it is known now when absent. */
  readonly asOf?: string | undefined;
  /** What held at the end of this day in the world; what holds by the last news when absent. */
  readonly effectiveOn?: LocalDate | undefined;
}

/** One line of a board. Ages are days that cases have been in their present status; null where there are no cases. */
export interface BoardLine {
  readonly status?: string | null;
  readonly kind?: string | null;
  readonly governorate?: string | null;
  readonly area?: string | null;
  readonly body?: string | null;
  readonly cases: number;
  readonly measures: Readonly<Record<string, number>>;
  readonly medianDays: number;
  readonly p90Days: number;
  readonly oldestDays: number;
}

/** One case on a board. `since` is the day its status began. */
export interface BoardCase {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly kind: string | null;
  readonly governorate: string | null;
  readonly area: string | null;
  readonly body: string | null;
  readonly since: string;
  readonly days: number;
  readonly measures: Readonly<Record<string, number>>;
  /** Whom it waits on now (or, with `asOf`, waited on then). */
  readonly waits: readonly {
    readonly wait: string;
    readonly party: string;
    readonly since: string;
    readonly due: string | null;
  }[];
}

type Db = Kysely<ReadTables>;

/** Rows that were held to be true at a logIndex about the end of a day. */
export function held({ asOf, effectiveOn }: Pick<BoardFilter, 'asOf' | 'effectiveOn'>): Expression<SqlBool> {
  const known =
    asOf === undefined
      ? sql<SqlBool>`board.known_to is null`
      : sql<SqlBool>`board.known_from <= ${asOf} and (board.known_to is null or board.known_to > ${asOf})`;
  const valid =
    effectiveOn === undefined
      ? sql<SqlBool>`board.valid_to is null`
      : sql<SqlBool>`board.valid_from <= ${effectiveOn} and (board.valid_to is null or board.valid_to > ${effectiveOn})`;
  return sql<SqlBool>`(${known} and ${valid})`;
}

/** The rows of a board behind the figures of a filter. */
export function onBoard(db: Db, visible: Expression<SqlBool>, filter: BoardFilter) {
  let query = db
    .selectFrom('board')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'board.process').onRef('case_index.case_id', '=', 'board.case_id'),
    )
    .where('board.process', '=', filter.process)
    .where(held(filter))
    .where(visible);
  for (const [column, value] of [
    ['board.status', filter.status],
    ['board.kind', filter.kind],
    ['board.governorate', filter.governorate],
    ['board.area', filter.area],
    ['board.body', filter.body],
  ] as const) {
    if (value !== undefined) query = query.where(column, '=', value);
  }
  return query;
}

/** Full days from one day to another, both of the calendar. */
const daysTo = (day: LocalDate) => sql<number>`greatest(${day}::date - board.since::date, 0)`;

/** The rows of cases that somebody sees: a sight, or a condition on `case_index`. */
const conditionOf = (seen: Seen): Expression<SqlBool> => ('groups' in seen ? visibleTo(seen) : seen);
export type Seen = Sight | Expression<SqlBool>;

/** Sums, numbers and ages over the cases that are seen (by the sight of `<process>:board`). Ages count up to `day`. */
export async function boardLines(
  db: Db,
  seen: Seen,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  day: LocalDate,
): Promise<readonly BoardLine[]> {
  const counted = 'groups' in seen && isCounted(filter, seen);
  const lines = counted
    ? await atOneMoment(db, (at) => countedLines(at, seen, filter, groups, day))
    : await linesByCase(db, seen, filter, groups, day);
  return lines.map((line) => ({ ...line, measures: byName(line.measures) }));
}

/** In one order wherever they were added up: equal figures are equal answers, under one ETag. */
const byName = (measures: BoardLine['measures']): BoardLine['measures'] =>
  Object.fromEntries(Object.entries(measures).sort(([a], [b]) => (a < b ? -1 : 1)));

async function linesByCase(
  db: Db,
  seen: Seen,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  day: LocalDate,
): Promise<readonly BoardLine[]> {
  const columns = groups.map((group) => `board.${group}` as const);
  const base = onBoard(db, conditionOf(seen), filter);
  const numbers = base
    .select([
      sql<number>`count(*)::int`.as('cases'),
      sql<number>`coalesce(percentile_cont(0.5) within group (order by ${daysTo(day)}), 0)::float8`.as('medianDays'),
      sql<number>`coalesce(percentile_cont(0.9) within group (order by ${daysTo(day)}), 0)::float8`.as('p90Days'),
      sql<number>`coalesce(max(${daysTo(day)}), 0)::int`.as('oldestDays'),
    ])
    .select(columns)
    .$if(columns.length > 0, (query) => query.groupBy(columns));
  // Most cases of a line have the same figures: those are told together before each figure is looked at.
  const alike = base
    .select(['board.measures', sql<number>`count(*)`.as('cases')])
    .select(columns)
    .groupBy(['board.measures', ...columns]);
  const sums = db
    .selectFrom(alike.as('alike'))
    .innerJoin(
      () =>
        sql<{ name: string; value: string }>`lateral jsonb_each_text(alike.measures)`.as<'measure'>(sql`measure(name, value)`),
      (join) => join.onTrue(),
    )
    .select(['measure.name as name', sql<string>`sum(measure.value::numeric * alike.cases)`.as('total')])
    .select(groups.map((group) => `alike.${group}` as const))
    .groupBy(['measure.name', ...groups.map((group) => `alike.${group}` as const)]);
  const [lines, totals] = await Promise.all([numbers.execute(), sums.execute()]);
  const keyOf = (row: object): string => JSON.stringify(groups.map((group) => Reflect.get(row, group)));
  const measures = new Map<string, Record<string, number>>();
  for (const row of totals) {
    const of = measures.get(keyOf(row)) ?? {};
    measures.set(keyOf(row), { ...of, [row.name]: Number(row.total) });
  }
  return lines
    .map((line) => ({ ...line, measures: measures.get(keyOf(line)) ?? {} }) as BoardLine)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** How many cases of a group wait on a party, and since when the first of them does. */
export interface BoardWait {
  readonly party: string;
  readonly cases: number;
  readonly overdue: number;
  readonly oldest: string;
}

/** Waits that are open now, or were at a logIndex. */
export const openWaits = (asOf: string | undefined) =>
  asOf === undefined
    ? sql<SqlBool>`queue.to_index is null`
    : sql<SqlBool>`queue.from_index <= ${asOf} and (queue.to_index is null or queue.to_index > ${asOf})`;

/** On whom the cases of each group wait now, or waited at `asOf`; the longest waiting first. */
export function boardWaits(
  db: Db,
  seen: Seen,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  now: string,
): Promise<readonly (Partial<Record<BoardGroup, string | null>> & BoardWait)[]> {
  if ('groups' in seen && isCounted(filter, seen)) {
    return atOneMoment(db, (at) => countedWaits(at, seen, filter, groups, now));
  }
  const columns = groups.map((group) => `board.${group}` as const);
  return onBoard(db, conditionOf(seen), filter)
    .innerJoin('queue', (join) => join.onRef('queue.process', '=', 'board.process').onRef('queue.case_id', '=', 'board.case_id'))
    .where(openWaits(filter.asOf))
    .select([
      'queue.party as party',
      sql<number>`count(distinct board.case_id)::int`.as('cases'),
      sql<number>`(count(distinct board.case_id) filter (where queue.due <= ${now} and queue.paused_at is null))::int`.as(
        'overdue',
      ),
      sql<string>`min(queue.since)`.as('oldest'),
    ])
    .select(columns)
    .groupBy(['queue.party', ...columns])
    .orderBy('oldest')
    .orderBy('party')
    .execute();
}

const keys: readonly SortKey[] = [
  { as: 'since', by: sql.ref('board.since') },
  { as: 'case_id', by: sql.ref('board.case_id') },
];

/** What somebody may read, may find, and has on a board. */
export interface BoardSights {
  readonly read: Sight;
  readonly find: Sight;
  readonly board: Sight;
}

/**
 * The cases behind a line, longest in their status first: those that may be opened, and of what is on one's own boards those
 * that may be found. Who may only find a case elsewhere learns its reference and nothing of how it stands. @throws BadCursor
 */
export async function boardCases(
  db: Db,
  { read, find, board }: BoardSights,
  filter: BoardFilter,
  day: LocalDate,
  paging: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<BoardCase>> {
  const visible = sql<SqlBool>`(${visibleTo(read)} or (${visibleTo(find)} and ${visibleTo(board)}))`;
  let query = onBoard(db, visible, filter)
    .select([
      'board.case_id as id',
      'board.reference as reference',
      'board.status as status',
      'board.kind as kind',
      'board.governorate as governorate',
      'board.area as area',
      'board.body as body',
      'board.since as since',
      daysTo(day).as('days'),
      'board.measures as measures',
      (eb) =>
        eb
          .selectFrom('queue')
          .whereRef('queue.process', '=', 'board.process')
          .whereRef('queue.case_id', '=', 'board.case_id')
          .where(openWaits(filter.asOf))
          .select(
            sql<BoardCase['waits']>`coalesce(jsonb_agg(jsonb_build_object('wait', queue.wait_key, 'party', queue.party,
              'since', queue.since, 'due', queue.due) order by queue.since, queue.wait_key), '[]'::jsonb)`.as('waits'),
          )
          .as('waits'),
    ])
    .select(sortColumns(keys))
    .where(after(keys, paging.cursor))
    .limit(paging.limit + 1);
  for (const { by } of keys) query = query.orderBy(by);
  const rows = await query.execute();
  return pageOf<BoardCase>(
    rows.map((row) => ({ ...row, waits: row.waits ?? [] })),
    paging.limit,
    keys,
  );
}
