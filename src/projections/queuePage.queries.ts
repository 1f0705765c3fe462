import { type SqlBool, sql } from 'kysely';
import { afterValues, type Page, pageOf, type SortKey } from './keyset.ts';
import {
  type Asked,
  inOrder,
  type Moment,
  NOBODY,
  ORDERS,
  pageIn,
  placesBehind,
  type QueueDb,
  type QueueFilter,
  type QueueItem,
  type QueueOrder,
  type QueuePaging,
  waiting,
  withPlaces,
} from './queue.queries.ts';
import type { QueueReachRow } from './queueReach.ts';
import { wordsOfSight } from './reachedBy.ts';
import { Places, rowsOf } from './statements.ts';
import type { Sight } from './visibility.ts';

/** What waits, page by page. `sight` is that of `queue:read`. @throws BadCursor */
export async function queuePage(
  db: QueueDb,
  sight: Sight,
  filter: QueueFilter,
  moment: Moment,
  paging: QueuePaging,
): Promise<Page<QueueItem>> {
  const places = new Places();
  const asked = { what: 'page', ...withPlaces(places, sight, filter, moment) };
  const words = wordsOfSight(asked.sight);
  if (words !== 'every' && words.length > 0 && !isFoundOtherwise(filter)) {
    for (const pages of LOOKED_THROUGH) {
      const page = await pageAmong(db, places, { ...asked, words, nearest: pages * (paging.limit + 1) }, paging);
      if (page) return page;
    }
  }
  return pageIn(db, places, asked, paging, (one) => waiting(db, one));
}

/**
 * Among how many pages of what the words find, in order, a page is looked for before all that waits is asked. Nearly all that words find
 * is shown, unless a filter wants little of it.
 */
const LOOKED_THROUGH = [2, 20];

/** The past has no words, and few waits are of one household or one colleague: indexes of their own find those. */
const isFoundOtherwise = ({ asOf, household, assignee }: QueueFilter): boolean =>
  asOf !== undefined || household !== undefined || (assignee !== undefined && assignee !== NOBODY);

/** A page of the queue by words. */
interface AskedByWords extends Asked {
  readonly words: readonly string[];
  /** So many of what the words find are looked at. */
  readonly nearest: number;
}

/** A page of what is found among the nearest waits of these words; none where it takes more of them to fill it. @throws BadCursor */
async function pageAmong(
  db: QueueDb,
  places: Places,
  asked: AskedByWords,
  { order, limit, cursor }: QueuePaging,
): Promise<Page<QueueItem> | undefined> {
  const behind = placesBehind(places, order, cursor);
  const rows = await rowsOf(
    db,
    { ...asked, what: 'page by words', order, limit, behind },
    places.values,
    () =>
      db
        .with(
          (cte) => cte('near').materialized(),
          () => nearestOf(db, asked, order, behind),
        )
        .with('page', () =>
          inOrder(
            waiting(db, asked).where(
              sql<SqlBool>`(queue.process, queue.case_id, queue.wait_key) in (select process, case_id, wait_key from near)`,
            ),
            asked,
            order,
            limit,
          ).select(sql<number | null>`row_number() over (order by ${sql.join(ORDERS[order].map(({ by }) => by))})`.as('sort_at')),
        )
        .selectFrom(sql<{ sort_looked: number }>`(select count(*)::int as sort_looked from near)`.as('looked'))
        .leftJoin('page', (join) => join.onTrue())
        .selectAll('page')
        .select('looked.sort_looked')
        .orderBy('page.sort_at'),
    true,
  );
  const found = rows.filter((one) => one.sort_at !== null);
  const whole = found.length > limit || (rows[0]?.sort_looked ?? 0) < asked.nearest;
  return whole ? pageOf<QueueItem>(found as QueueItem[], limit, ORDERS[order]) : undefined;
}

type ReachKey = readonly (keyof QueueReachRow)[];
const TAIL = ['since', 'process', 'case_id', 'wait_key'] as const satisfies ReachKey;
/** The orders of the queue in `queue_reach`, which has an index for each. */
const REACH_ORDERS: Readonly<Record<QueueOrder, ReachKey>> = {
  priority: ['priority', 'due', ...TAIL],
  due: ['due', 'priority', ...TAIL],
  since: TAIL,
};

/**
 * The nearest waits of these words behind a place: of each word as many as are wanted of all, in the order of its index. What several
 * words find is told once.
 */
function nearestOf(
  db: QueueDb,
  { words, nearest, filter }: AskedByWords,
  order: QueueOrder,
  behind: readonly string[] | undefined,
) {
  const keys = REACH_ORDERS[order].map((name): SortKey => ({ as: name, by: sql.ref(`queue_reach.${name}`) }));
  const ofWord = (word: string) => {
    let query = db
      .selectFrom('queue_reach')
      .select(REACH_ORDERS[order])
      .where('word', '=', word)
      .where(afterValues(keys, behind));
    if (filter.process !== undefined) query = query.where('process', '=', filter.process);
    if (filter.wait !== undefined) query = query.where('wait_key', '=', filter.wait);
    const some = keys.reduce((ordered, { by }) => ordered.orderBy(by), query.limit(nearest));
    return db.selectFrom(some.as('some')).selectAll();
  };
  const [first, ...others] = words.map(ofWord);
  if (first === undefined) throw new TypeError('a page is looked for by words, and there are none');
  const every = others.reduce((all, one) => all.unionAll(one), first);
  const nearestFirst = db.selectFrom(every.as('every')).selectAll().distinct().limit(nearest);
  return REACH_ORDERS[order].reduce((ordered, name) => ordered.orderBy(name), nearestFirst);
}
