import { type SqlBool, sql } from 'kysely';
import type { Rights } from '../domain/access/access.ts';
import type { Membership } from '../domain/access/membership.ts';
import { coveredBy } from './attendance.ts';
import type { QueueRow } from './caseRows.ts';
import type { Page } from './keyset.ts';
import {
  type Asked,
  allWaits,
  type Condition,
  itemsOf,
  type Moment,
  ORDERS,
  overdue,
  pageIn,
  type QueueDb,
  type QueueItem,
  waiting,
  withPlaces,
} from './queue.queries.ts';
import { NEVER } from './queueReach.ts';
import { Places, rowsOf } from './statements.ts';
import type { Sight } from './visibility.ts';

/** Waits held by one of these posts: of their office, else of their organisation, else of their role (in their governorate). */
export function heldBy(posts: readonly Membership[]): Condition {
  if (posts.length === 0) return sql<SqlBool>`false`;
  const ways = posts.map((post) => {
    const office = post.office ?? null;
    const governorate = post.governorate ?? null;
    return sql`((queue.holder_role is null or queue.holder_role = ${post.role}) and case
      when queue.holder_office is not null then coalesce(queue.holder_office = ${office}, false)
      when queue.holder_organisation is not null then queue.holder_organisation = ${post.organisation}
      when queue.holder_role is not null then queue.holder_governorate is null or coalesce(queue.holder_governorate = ${governorate}, false)
      else false end)`;
  });
  return sql<SqlBool>`(${sql.join(ways, sql` or `)})`;
}

/** The parts of somebody's work. Each counts all and shows the first. */
export const WORK_SECTIONS = ['mine', 'covered', 'newInOffice', 'due', 'overdue', 'returned'] as const;
export type WorkSection = (typeof WORK_SECTIONS)[number];

/** Waits by which a case comes back to who sent it, under another key than it left by. */
const COMES_BACK: Readonly<Record<string, readonly string[]>> = { referral: ['supplement', 'redirect'] };

/** Came back: to a wait it had been in before, or to one that exists for coming back. */
const cameBack: Condition = sql<SqlBool>`(queue.round > 1 or ${sql.join(
  Object.entries(COMES_BACK).map(
    ([process, waits]) => sql`(queue.process = ${process} and queue.wait_key in (${sql.join(waits)}))`,
  ),
  sql` or `,
)})`;

/** Waits that are somebody's: assigned to me; held by my office and nobody's yet; of a colleague I stand in for. */
const waysOf = (me: Rights, day: Moment['day']) => ({
  mine: sql<SqlBool>`coalesce(queue.assignee = ${me.staff}, false)`,
  newInOffice: sql<SqlBool>`(queue.assignee is null and ${heldBy(me.posts)})`,
  covered: coveredBy('queue.assignee', me.staff, day),
});

const isOurs = (me: Rights, day: Moment['day']): Condition => {
  const { mine, newInOffice, covered } = waysOf(me, day);
  return sql<SqlBool>`(${mine} or ${newInOffice} or ${covered})`;
};

/** What tells a section from the rest of somebody's work, or makes waits somebody's. */
function narrowing(section: WorkSection, me: Rights, { now, day }: Moment, soon: string): Condition {
  switch (section) {
    case 'due':
      return sql<SqlBool>`coalesce(queue.due <= ${soon} and not ${overdue(now)}, false)`;
    case 'overdue':
      return overdue(now);
    case 'returned':
      return cameBack;
    default:
      return waysOf(me, day)[section];
  }
}

/** The waits of one section. */
const inSection = (section: WorkSection, { me, moment, soon }: SectionAsked): Condition => {
  const narrowed = narrowing(section, me, moment, soon);
  return section in waysOf(me, moment.day) ? narrowed : sql<SqlBool>`(${narrowed} and ${isOurs(me, moment.day)})`;
};

export interface WorkPart {
  readonly count: number;
  readonly items: readonly QueueItem[];
}

export type MyWork = Readonly<Record<WorkSection, WorkPart>>;

/** What of somebody's work is asked for. */
export interface WorkOptions {
  /** The instant until which something counts as due. */
  readonly soon: string;
  readonly limit: number;
  /** The work that was theirs at this logIndex. */
  readonly asOf?: string | undefined;
}

/** A section of whose work is asked for, until when something is due in it. */
interface SectionAsked extends Asked {
  readonly me: Rights;
  readonly soon: string;
}

/** Somebody's work in sections, most pressing first. Sections overlap: what is mine and overdue is in both. */
export async function myWork(
  db: QueueDb,
  sight: Sight,
  me: Rights,
  moment: Moment,
  { soon, limit, asOf }: WorkOptions,
): Promise<MyWork> {
  const places = new Places();
  const asked = askedOf(places, sight, me, moment, { soon, limit, asOf });
  const rows = await rowsOf(db, { what: 'my work', ...asked, limit }, places.values, () => sectionsOf(db, asked, limit), true);
  const parts = WORK_SECTIONS.map((section): [WorkSection, WorkPart] => {
    const items = rows.filter((row) => row.section === section).map(({ section: _, counts, ...item }) => item as QueueItem);
    return [section, { count: rows[0]?.counts[section] ?? 0, items }];
  });
  return Object.fromEntries(parts) as MyWork;
}

type KeyOfWait = Pick<QueueRow, 'process' | 'case_id' | 'wait_key'>;
const KEYS = ['process', 'case_id', 'wait_key'] as const satisfies readonly (keyof KeyOfWait)[];

/**
 * How many waits are in each section, on every row, and the first of each section. All that is somebody's is looked through once, and
 * what is shown of a wait is read of those alone that are shown.
 */
function sectionsOf(db: QueueDb, asked: SectionAsked, limit: number) {
  const { me, moment, soon } = asked;
  const order = ORDERS.priority.map(({ as }) => sql.ref(`ours.sort_${as}`));
  const firstOf = (section: WorkSection) =>
    sql<KeyOfWait & { section: WorkSection }>`(select ${sql.lit(section)} as section, process, case_id, wait_key from ours
      where ${sql.ref(`ours.in_${section}`)} order by ${sql.join(order)} limit ${limit})`;
  const counts = WORK_SECTIONS.map(
    (section) => sql`${sql.lit(section)}, (count(*) filter (where ${sql.ref(`ours.in_${section}`)}))::int`,
  );
  return db
    .with(
      (cte) => cte('ours').materialized(),
      () =>
        waiting(db, asked)
          .where(isOurs(me, moment.day))
          .select(KEYS.map((name) => `queue.${name}` as const))
          .select(ORDERS.priority.map(({ as, by }) => by.as(`sort_${as}`)))
          .select(WORK_SECTIONS.map((section) => sql<boolean>`${narrowing(section, me, moment, soon)}`.as(`in_${section}`))),
    )
    .with(
      (cte) => cte('first').materialized(),
      (one) =>
        one
          .selectFrom(
            sql<KeyOfWait & { section: WorkSection }>`(${sql.join(WORK_SECTIONS.map(firstOf), sql` union all `)})`.as('firsts'),
          )
          .selectAll(),
    )
    .with('shown', () =>
      itemsOf(
        allWaits(db, asked.filter.asOf).where(
          sql<SqlBool>`(queue.process, queue.case_id, queue.wait_key) in (select process, case_id, wait_key from first)`,
        ),
        asked,
      ),
    )
    .selectFrom((one) =>
      one
        .selectFrom('ours')
        .select(sql<Readonly<Record<WorkSection, number>>>`json_build_object(${sql.join(counts)})`.as('counts'))
        .as('counted'),
    )
    .leftJoin('first', (join) => join.onTrue())
    .leftJoin('shown', (join) =>
      join
        .onRef('shown.process', '=', 'first.process')
        .onRef('shown.id', '=', 'first.case_id')
        .onRef('shown.wait', '=', 'first.wait_key'),
    )
    .selectAll('shown')
    .select(['first.section', 'counted.counts'])
    .orderBy('shown.priority')
    .orderBy(sql`coalesce(shown.due, ${sql.lit(NEVER)})`)
    .orderBy('shown.since')
    .orderBy('shown.process')
    .orderBy('shown.id')
    .orderBy('shown.wait');
}

/** One section of somebody's work, page by page. @throws BadCursor */
export async function workPage(
  db: QueueDb,
  sight: Sight,
  me: Rights,
  section: WorkSection,
  moment: Moment,
  { soon, asOf, ...paging }: WorkOptions & { readonly cursor?: string | undefined },
): Promise<Page<QueueItem>> {
  const places = new Places();
  const asked = { what: section, ...askedOf(places, sight, me, moment, { soon, asOf, limit: paging.limit }) };
  return pageIn(db, places, asked, { ...paging, order: 'priority' }, (one) => waiting(db, one).where(inSection(section, one)));
}

const askedOf = (places: Places, sight: Sight, me: Rights, moment: Moment, { soon, asOf }: WorkOptions): SectionAsked => ({
  ...withPlaces(places, sight, { asOf }, moment),
  me: places.rights('me', me),
  soon: places.of('soon', soon),
});
