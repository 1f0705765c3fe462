import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { daysBetween, type LocalDate } from '../domain/kernel/dates.ts';
import { spansOf } from './boardCounts.ts';
import { ALL } from './boardCountTables.ts';
import type { BoardFilter, BoardGroup, BoardLine, BoardWait } from './boards.queries.ts';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

type Db = Kysely<ReadTables>;

const PLACES: ReadonlySet<string> = new Set(['all', 'governorate', 'organisation', 'office', 'party']);

/** Whether a board as it is now can be told from its counts: when no case is seen for its own sake. */
export const isCounted = ({ asOf, effectiveOn }: BoardFilter, sight: Sight): boolean =>
  asOf === undefined &&
  effectiveOn === undefined &&
  sight.groups.every(({ reach }) => reach.every(({ scope }) => PLACES.has(scope)));

/** Counts of one moment: what is counted while they are read belongs to the next answer. */
export const atOneMoment = <T>(db: Db, read: (db: Db) => Promise<T>): Promise<T> =>
  db.isTransaction ? read(db) : db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);

/** The cells of a board that a sight shows, under a filter. */
const shown = (sight: Sight, filter: BoardFilter): Expression<SqlBool> =>
  sql<SqlBool>`(${sql.join(
    [
      sql`board_cell.process = ${filter.process}`,
      visibleTo(sight, 'board_cell'),
      ...(['status', 'kind', 'governorate', 'area', 'body'] as const).flatMap((column) =>
        filter[column] === undefined ? [] : [sql`${sql.ref(`board_cell.${column}`)} = ${filter[column]}`],
      ),
    ],
    sql` and `,
  )})`;

interface Counting {
  readonly line: Pick<BoardLine, BoardGroup>;
  readonly cells: string[];
  cases: number;
  readonly measures: Record<string, number>;
}

/** The lines of a board as it is now, out of what was counted as cases moved; see `boardLines`. */
export async function countedLines(
  db: Db,
  sight: Sight,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  day: LocalDate,
): Promise<readonly BoardLine[]> {
  const cells = await db
    .selectFrom('board_cell')
    .where(shown(sight, filter))
    .select(['cell', 'cases', 'measures'])
    .select(groups.map((group) => `board_cell.${group}` as const))
    .execute();
  const lines = new Map<string, Counting>();
  for (const cell of cells) {
    const line = Object.fromEntries(groups.map((group) => [group, cell[group]]));
    const key = JSON.stringify(Object.values(line));
    const counting: Counting = lines.get(key) ?? { line, cells: [], cases: 0, measures: {} };
    counting.cells.push(cell.cell);
    counting.cases += cell.cases;
    for (const [name, value] of Object.entries(cell.measures)) counting.measures[name] = (counting.measures[name] ?? 0) + value;
    lines.set(key, counting);
  }
  const all = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  const ages = await agesOf(db, all, day);
  const told = all.map(({ line, cases, measures }, at) => ({ ...line, cases, ...ages[at]!, measures }));
  const none = { cases: 0, medianDays: 0, p90Days: 0, oldestDays: 0, measures: {} };
  return told.length === 0 && groups.length === 0 ? [none] : told;
}

type Ages = Pick<BoardLine, 'medianDays' | 'p90Days' | 'oldestDays'>;
const PERCENTILES = { medianDays: 0.5, p90Days: 0.9 } as const;

/** A case by how many of its line have stood longer than it, on the way from its year to its day. */
interface Sought {
  readonly line: number;
  readonly rank: number;
  parent: string;
  left: number;
}

/** How long the cases of each line have stood: found by year, then month, then day, without a look at every case. */
async function agesOf(db: Db, lines: readonly Counting[], day: LocalDate): Promise<readonly Ages[]> {
  const seek = (line: number, rank: number): Sought => ({ line, rank, parent: '', left: rank });
  const sought = lines.flatMap(({ cases }, line) => ranksOf(cases).map((rank) => seek(line, rank)));
  for (const _ of spansOf(day)) {
    const wanted = [...new Set(sought.map(({ line, parent }) => `${line} ${parent}`))].flatMap((key) => {
      const at = key.indexOf(' ');
      const line = Number(key.slice(0, at));
      return lines[line]!.cells.map((cell) => ({ line, cell, parent: key.slice(at + 1) }));
    });
    const buckets = await bucketsOf(db, wanted);
    for (const one of sought) {
      for (const { bucket, cases } of buckets.get(`${one.line} ${one.parent}`) ?? []) {
        if (one.left < cases) {
          one.parent = bucket;
          break;
        }
        one.left -= cases;
      }
    }
  }
  const found = new Map(sought.map(({ line, rank, parent }) => [`${line} ${rank}`, parent]));
  const daysAt = (line: number, rank: number): number => Math.max(daysBetween(found.get(`${line} ${rank}`)!, day), 0);
  return lines.map(({ cases }, line): Ages => {
    // As Postgres' percentile_cont: between the two nearest.
    const percentile = (share: number): number => {
      const at = share * (cases - 1);
      const [low, high] = [Math.floor(at), Math.ceil(at)].map((rank) => daysAt(line, cases - 1 - rank));
      return low! + (at - Math.floor(at)) * (high! - low!);
    };
    const { medianDays, p90Days } = PERCENTILES;
    return { medianDays: percentile(medianDays), p90Days: percentile(p90Days), oldestDays: daysAt(line, 0) };
  });
}

/** Of how many cases, the longest standing first, the ones that ages are told by. */
const ranksOf = (cases: number): readonly number[] => [
  ...new Set([
    0,
    ...Object.values(PERCENTILES).flatMap((share) => {
      const at = share * (cases - 1);
      return [cases - 1 - Math.floor(at), cases - 1 - Math.ceil(at)];
    }),
  ]),
];

/** How many cases stand since what within these spans, the earliest first, by line and span. */
async function bucketsOf(db: Db, wanted: readonly { readonly line: number; readonly cell: string; readonly parent: string }[]) {
  const found = new Map<string, { readonly bucket: string; readonly cases: number }[]>();
  if (wanted.length === 0) return found;
  const spans = sql<{ line: number; cell: string; parent: string }>`unnest(${wanted.map(({ line }) => line)}::int[],
    ${wanted.map(({ cell }) => cell)}::text[], ${wanted.map(({ parent }) => parent)}::text[])`;
  const rows = await db
    .selectFrom('board_age')
    .innerJoin(
      () => spans.as<'wanted'>(sql`wanted(line, cell, parent)`),
      (join) => join.on(sql<boolean>`wanted.cell = board_age.cell and wanted.parent = board_age.parent`),
    )
    .select(['wanted.line', 'board_age.parent', 'board_age.bucket', sql<number>`sum(board_age.cases)::int`.as('cases')])
    .groupBy(['wanted.line', 'board_age.parent', 'board_age.bucket'])
    .orderBy('board_age.bucket')
    .execute();
  for (const { line, parent, bucket, cases } of rows) {
    const key = `${line} ${parent}`;
    const of = found.get(key) ?? [];
    of.push({ bucket, cases });
    found.set(key, of);
  }
  return found;
}

/** On whom the cases of each line wait now, out of counts; see `boardWaits`. `now` is RFC 3339 UTC. */
export async function countedWaits(
  db: Db,
  sight: Sight,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  now: string,
): Promise<readonly (Partial<Record<BoardGroup, string | null>> & BoardWait)[]> {
  const columns = groups.map((group) => `board_cell.${group}` as const);
  const due = spansOf(now).map(([parent, bucket]) => sql`board_waiting.parent = ${parent} and board_waiting.bucket < ${bucket}`);
  const parents = [ALL, ...spansOf(now).map(([parent]) => parent)];
  const [counts, today] = await Promise.all([
    db
      .selectFrom('board_cell')
      .innerJoin('board_waiting', 'board_waiting.cell', 'board_cell.cell')
      .where(shown(sight, filter))
      .where('board_waiting.parent', 'in', parents)
      .select((one) => [
        'board_waiting.party as party',
        sql<number>`coalesce(sum(board_waiting.cases) filter (where board_waiting.parent = ${ALL}), 0)::int`.as('cases'),
        sql<number>`coalesce(sum(board_waiting.cases) filter (where ${sql.join(due, sql` or `)}), 0)::int`.as('overdue'),
        // The first of each cell is one look at an index.
        sql<string>`min(case when board_waiting.parent = ${ALL} then (${one
          .selectFrom('board_wait')
          .whereRef('board_wait.cell', '=', 'board_waiting.cell')
          .whereRef('board_wait.party', '=', 'board_waiting.party')
          .select('board_wait.since')
          .orderBy('board_wait.since')
          .limit(1)}) end)`.as('oldest'),
      ])
      .select(columns)
      .groupBy(['board_waiting.party', ...columns])
      .execute(),
    db
      .selectFrom('board_wait')
      .innerJoin('board_cell', 'board_cell.cell', 'board_wait.cell')
      .where('board_wait.process', '=', filter.process)
      .where('board_wait.due', '>=', now.slice(0, 10))
      .where('board_wait.due', '<=', now)
      .where(shown(sight, filter))
      .select(['board_wait.party as party', sql<number>`count(*)::int`.as('overdue')])
      .select(columns)
      .groupBy(['board_wait.party', ...columns])
      .execute(),
  ]);
  const keyOf = (row: object): string => JSON.stringify(['party', ...groups].map((one) => Reflect.get(row, one)));
  const more = new Map(today.map((row) => [keyOf(row), row.overdue]));
  return counts
    .map((row) => ({ ...row, overdue: row.overdue + (more.get(keyOf(row)) ?? 0) }))
    .sort((a, b) => (a.oldest < b.oldest || (a.oldest === b.oldest && a.party < b.party) ? -1 : 1));
}
