import { type Kysely, sql } from 'kysely';
import { type BoardFilter, type BoardSights, held } from './boards.queries.ts';
import { after, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import { countedExactly } from './smallCells.queries.ts';
import { visibleTo } from './visibility.ts';

/** A claim decided while others, registered before it with the same body and of the same kind, were not. */
export interface Overtaking {
  readonly id: string;
  readonly reference: string;
  readonly kind: string | null;
  readonly governorate: string | null;
  readonly body: string | null;
  readonly submittedOn: string;
  readonly finalisedOn: string;
  /** How many claims registered on an earlier day were still undecided on the day of the decision. */
  readonly overtaken: number;
  /** The day on which the oldest of them was registered. */
  readonly oldestOvertaken: string;
}

const keys: readonly SortKey[] = [
  { as: 'finalised_on', by: sql.ref('jumped.finalised_on') },
  { as: 'case_id', by: sql.ref('jumped.case_id') },
];

/** Where somebody waits still: as texts sort, later than every day. */
const STILL = sql.lit('still');

/**
 * Decisions out of order, the latest first: each is about one claim, so only those are listed that one may open or find. What
 * they overtook is counted over such claims alone: for one decision the number would often be small. @throws BadCursor
 *
 * No claim is compared with every other: one walk from the last day to the first finds the oldest claim that was waited for
 * past each decision, and how many there were is counted for the decisions of the page alone.
 */
export async function overtakings(
  db: Kysely<ReadTables>,
  sights: BoardSights,
  filter: Omit<BoardFilter, 'process' | 'status'>,
  paging: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Overtaking>> {
  const { asOf, effectiveOn } = filter;
  const known =
    asOf === undefined
      ? sql<boolean>`board.known_to is null`
      : sql<boolean>`board.known_from <= ${asOf} and (board.known_to is null or board.known_to > ${asOf})`;
  const firstDay = (measure: string) =>
    sql<string | null>`min(board.valid_from) filter (where (board.measures ->> ${sql.lit(measure)})::int = 1
      and board.valid_from <= ${effectiveOn ?? '9999-12-31'})`;
  let standing = db
    .selectFrom('board')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'board.process').onRef('case_index.case_id', '=', 'board.case_id'),
    )
    .where('board.process', '=', 'claim')
    .where(held(filter))
    .where(visibleTo(sights.board))
    .where(countedExactly(sights));
  for (const [column, value] of [
    ['board.kind', filter.kind],
    ['board.governorate', filter.governorate],
    ['board.body', filter.body],
  ] as const) {
    if (value !== undefined) standing = standing.where(column, '=', value);
  }
  const query = db
    .with(
      (cte) => cte('place').materialized(),
      (one) =>
        standing
          .innerJoin(
            one
              .selectFrom('board')
              .where('board.process', '=', 'claim')
              .where(known)
              .select(['board.case_id', firstDay('submitted').as('submitted_on'), firstDay('finalised').as('finalised_on')])
              .groupBy('board.case_id')
              .as('dates'),
            'dates.case_id',
            'board.case_id',
          )
          .where('dates.submitted_on', 'is not', null)
          .select([
            'board.case_id',
            'board.reference',
            'board.kind',
            'board.governorate',
            'board.body',
            sql<string>`dates.submitted_on`.as('submitted_on'),
            'dates.finalised_on',
            sql<boolean>`dates.finalised_on is not null`.as('listed'),
            // Nobody waits any more for what was decided, nor for what was merged, withdrawn or lapsed.
            sql<string>`coalesce(least(dates.finalised_on,
              case when board.status in ('duplicate', 'withdrawn', 'lapsed') then board.since end), ${STILL})`.as('waited_to'),
          ]),
    )
    .with(
      (cte) => cte('waited').materialized(),
      (one) =>
        one
          .selectFrom('place')
          .select(['body', 'kind', 'submitted_on', 'waited_to', sql<number>`count(*)`.as('claims')])
          .groupBy(['body', 'kind', 'submitted_on', 'waited_to']),
    )
    .with('day', (one) =>
      one
        .selectFrom('place')
        .where('listed', '=', true)
        .select([
          'body',
          'kind',
          sql<string>`finalised_on`.as('on'),
          sql<string | null>`case_id`.as('decided'),
          'submitted_on',
          sql<string | null>`null`.as('since'),
        ])
        .unionAll(
          one
            .selectFrom('waited')
            .select([
              'body',
              'kind',
              'waited_to as on',
              sql<string | null>`null`.as('decided'),
              'submitted_on',
              sql<string | null>`submitted_on`.as('since'),
            ]),
        ),
    )
    .with('walked', (one) =>
      one.selectFrom('day').select([
        'decided as case_id',
        'on as finalised_on',
        'submitted_on',
        // On a day decisions come first: what was waited for up to that day was not overtaken on it.
        sql<string | null>`min(since) over (partition by body, kind order by "on" desc, decided is null
          rows between unbounded preceding and current row)`.as('oldest'),
      ]),
    )
    .selectFrom('walked as jumped')
    .innerJoin('place', 'place.case_id', 'jumped.case_id')
    .whereRef('jumped.oldest', '<', 'jumped.submitted_on')
    .select([
      'place.case_id as id',
      'place.reference as reference',
      'place.kind as kind',
      'place.governorate as governorate',
      'place.body as body',
      'jumped.submitted_on as submittedOn',
      'jumped.finalised_on as finalisedOn',
      (one) =>
        one
          .selectFrom('waited')
          .whereRef('waited.submitted_on', '<', 'jumped.submitted_on')
          .whereRef('waited.waited_to', '>', 'jumped.finalised_on')
          .where(sql<boolean>`waited.body is not distinct from place.body and waited.kind is not distinct from place.kind`)
          .select(sql<number>`sum(waited.claims)::int`.as('overtaken'))
          .as('overtaken'),
      sql<string>`jumped.oldest`.as('oldestOvertaken'),
    ])
    .select(sortColumns(keys))
    .where(after(keys, paging.cursor, true))
    .orderBy('jumped.finalised_on', 'desc')
    .orderBy('jumped.case_id', 'desc')
    .limit(paging.limit + 1);
  const rows = await query.execute();
  return pageOf<Overtaking>(
    rows.map((row) => ({ ...row, overtaken: row.overtaken ?? 0 })),
    paging.limit,
    keys,
  );
}
