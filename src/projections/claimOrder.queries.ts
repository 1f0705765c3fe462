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
  { as: 'finalised_on', by: sql.ref('decided.finalised_on') },
  { as: 'case_id', by: sql.ref('decided.case_id') },
];

/**
 * Decisions out of order, the latest first: each is about one claim, so only those are listed that one may open or find. What
 * they overtook is counted over the whole board one sees. @throws BadCursor
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
    .where(visibleTo(sights.board));
  for (const [column, value] of [
    ['board.kind', filter.kind],
    ['board.governorate', filter.governorate],
    ['board.body', filter.body],
  ] as const) {
    if (value !== undefined) standing = standing.where(column, '=', value);
  }
  const query = db
    .with('place', () =>
      standing.select([
        'board.case_id',
        'board.reference',
        'board.kind',
        'board.governorate',
        'board.body',
        'board.status',
        'board.since',
        countedExactly(sights).as('open'),
      ]),
    )
    .with('dates', (one) =>
      one
        .selectFrom('board')
        .where('board.process', '=', 'claim')
        .where(known)
        .select(['board.case_id', firstDay('submitted').as('submitted_on'), firstDay('finalised').as('finalised_on')])
        .groupBy('board.case_id'),
    )
    .with('decided', (one) =>
      one
        .selectFrom('place')
        .innerJoin('dates', 'dates.case_id', 'place.case_id')
        .where('dates.submitted_on', 'is not', null)
        .select([
          'place.case_id',
          'place.reference',
          'place.kind',
          'place.governorate',
          'place.body',
          'place.status',
          'place.since',
          'place.open',
          'dates.submitted_on',
          'dates.finalised_on',
        ]),
    )
    .selectFrom('decided')
    .innerJoinLateral(
      (one) =>
        one
          .selectFrom('decided as earlier')
          .whereRef('earlier.submitted_on', '<', 'decided.submitted_on')
          .where(sql<boolean>`earlier.body is not distinct from decided.body and earlier.kind is not distinct from decided.kind`)
          .where(sql<boolean>`(earlier.finalised_on is null or earlier.finalised_on > decided.finalised_on)`)
          // Nobody waits any more for what was merged, withdrawn or lapsed by then.
          .where(
            sql<boolean>`not (earlier.status in ('duplicate', 'withdrawn', 'lapsed') and earlier.since <= decided.finalised_on)`,
          )
          .select([sql<number>`count(*)::int`.as('overtaken'), sql<string>`min(earlier.submitted_on)`.as('oldest')])
          .as('passed'),
      (join) => join.onTrue(),
    )
    .where('decided.finalised_on', 'is not', null)
    .where('decided.open', '=', true)
    .where('passed.overtaken', '>', 0)
    .select([
      'decided.case_id as id',
      'decided.reference as reference',
      'decided.kind as kind',
      'decided.governorate as governorate',
      'decided.body as body',
      sql<string>`decided.submitted_on`.as('submittedOn'),
      sql<string>`decided.finalised_on`.as('finalisedOn'),
      'passed.overtaken as overtaken',
      'passed.oldest as oldestOvertaken',
    ])
    .select(sortColumns(keys))
    .where(after(keys, paging.cursor, true))
    .orderBy('decided.finalised_on', 'desc')
    .orderBy('decided.case_id', 'desc')
    .limit(paging.limit + 1);
  return pageOf<Overtaking>(await query.execute(), paging.limit, keys);
}
