import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { Rights } from '../domain/access/access.ts';
import type { Membership } from '../domain/access/membership.ts';
import type { LocalDate } from '../domain/kernel/dates.ts';
import { coveredBy, unattended } from './attendance.ts';
import type { CaseTables } from './cases.ts';
import type { DirectoryTables } from './directory.ts';
import { after, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import { type Sight, visibleTo } from './visibility.ts';

export type QueueDb = Kysely<CaseTables & DirectoryTables>;

/** The moment of asking: an instant (RFC 3339 UTC) and its day in Baghdad. */
export interface Moment {
  readonly now: string;
  readonly day: LocalDate;
}

export interface QueueFilter {
  readonly process?: string | undefined;
  readonly wait?: string | undefined;
  readonly party?: string | undefined;
  readonly status?: string | undefined;
  readonly urgency?: string | undefined;
  readonly office?: string | undefined;
  readonly organisation?: string | undefined;
  readonly role?: string | undefined;
  readonly governorate?: string | undefined;
  /** A staff id, or `nobody`. */
  readonly assignee?: string | undefined;
  readonly dueBefore?: string | undefined;
  readonly overdue?: boolean | undefined;
  readonly escalated?: boolean | undefined;
  readonly unattended?: boolean | undefined;
  readonly household?: string | undefined;
  /** What waited at this logIndex, as it stood then. Who may see it is decided on the cases as they are now, see `visibleTo`. */
  readonly asOf?: string | undefined;
}

export type QueueOrder = 'priority' | 'due' | 'since';

/** One thing that waits. Instants are RFC 3339 UTC; `priority` is 0 emergency, 1 urgent, 2 normal. */
export interface QueueItem {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly revision: number;
  readonly wait: string;
  readonly party: string;
  readonly holderOrganisation: string | null;
  readonly holderOffice: string | null;
  readonly holderRole: string | null;
  readonly holderGovernorate: string | null;
  readonly since: string;
  readonly due: string | null;
  readonly overdue: boolean;
  readonly level: number;
  readonly pausedAt: string | null;
  readonly assignee: string | null;
  readonly unattended: boolean;
  readonly urgency: string | null;
  readonly priority: number;
  /** How often the case has come to this wait. */
  readonly round: number;
}

type Condition = Expression<SqlBool>;

const NEVER = '9999';
const due = sql`coalesce(queue.due, ${sql.lit(NEVER)})`;
const key = (as: string, by = sql.ref(`queue.${as}`)): SortKey => ({ as, by });
const tail = [key('since'), key('process'), key('case_id'), key('wait_key')];

const ORDERS: Readonly<Record<QueueOrder, readonly SortKey[]>> = {
  priority: [key('priority'), key('due', due), ...tail],
  due: [key('due', due), key('priority'), ...tail],
  since: tail,
};

/** The open waits this sight shows and this filter means, joined with their cases. */
function waiting(db: QueueDb, sight: Sight, filter: QueueFilter, { now, day }: Moment) {
  let query = db
    .selectFrom('queue')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'queue.process').onRef('case_index.case_id', '=', 'queue.case_id'),
    )
    .where((eb) => eb.or([visibleTo(sight, 'case_index', filter.asOf && 'queue.from_index'), heldByParty(sight)]));
  const { asOf, assignee } = filter;
  query =
    asOf === undefined
      ? query.where('queue.to_index', 'is', null)
      : query
          .where('queue.from_index', '<=', asOf)
          .where((eb) => eb.or([eb('queue.to_index', 'is', null), eb('queue.to_index', '>', asOf)]));
  for (const [column, value] of [
    ['queue.process', filter.process],
    ['queue.wait_key', filter.wait],
    ['queue.party', filter.party],
    ['queue.status', filter.status],
    ['queue.urgency', filter.urgency],
    ['queue.holder_office', filter.office],
    ['queue.holder_organisation', filter.organisation],
    ['queue.holder_role', filter.role],
    ['queue.holder_governorate', filter.governorate],
  ] as const) {
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (assignee === 'nobody') query = query.where('queue.assignee', 'is', null);
  else if (assignee !== undefined) query = query.where('queue.assignee', '=', assignee);
  if (filter.dueBefore !== undefined) query = query.where('queue.due', '<', filter.dueBefore);
  if (filter.overdue !== undefined) query = query.where(truth(overdue(now), filter.overdue));
  if (filter.escalated !== undefined) query = query.where('queue.level', filter.escalated ? '>' : '=', 0);
  if (filter.unattended !== undefined) query = query.where(truth(unattended('queue.assignee', day), filter.unattended));
  if (filter.household !== undefined) query = query.where(sql<SqlBool>`case_index.households @> ${[filter.household]}`);
  return query;
}

/**
 * What waits on an organisation as a whole is shown to it even where it no longer takes part in the case: a former receiver has
 * to confirm that it keeps nothing.
 */
function heldByParty({ groups }: Sight): Condition {
  const ways = groups.flatMap(({ processes, reach }) =>
    reach
      .filter((one) => one.scope === 'party')
      .map(
        ({ tier, post }): Condition =>
          sql<SqlBool>`(queue.holder_office is null and queue.holder_organisation = ${post.organisation}
            and case_index.tier <= ${tier} and queue.process in (${sql.join(processes)}))`,
      ),
  );
  return ways.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`coalesce((${sql.join(ways, sql` or `)}), false)`;
}

const truth = (condition: Condition, wanted: boolean): Condition => (wanted ? condition : sql<SqlBool>`not ${condition}`);

/** Past its due time with its clock running. */
const overdue = (now: string): Condition => sql<SqlBool>`coalesce(queue.due <= ${now} and queue.paused_at is null, false)`;

type Waiting = ReturnType<typeof waiting>;

const itemsOf = (query: Waiting, { now, day }: Moment) =>
  query.select([
    'queue.process as process',
    'queue.case_id as id',
    'queue.reference as reference',
    'queue.status as status',
    'case_index.revision as revision',
    'queue.wait_key as wait',
    'queue.party as party',
    'queue.holder_organisation as holderOrganisation',
    'queue.holder_office as holderOffice',
    'queue.holder_role as holderRole',
    'queue.holder_governorate as holderGovernorate',
    'queue.since as since',
    'queue.due as due',
    sql<boolean>`${overdue(now)}`.as('overdue'),
    'queue.level as level',
    'queue.paused_at as pausedAt',
    'queue.assignee as assignee',
    sql<boolean>`${unattended('queue.assignee', day)}`.as('unattended'),
    'queue.urgency as urgency',
    'queue.priority as priority',
    'queue.round as round',
  ]);

async function pageIn(
  query: Waiting,
  moment: Moment,
  order: QueueOrder,
  limit: number,
  cursor?: string,
): Promise<Page<QueueItem>> {
  const keys = ORDERS[order];
  let sorted = itemsOf(query, moment)
    .select(sortColumns(keys))
    .where(after(keys, cursor))
    .limit(limit + 1);
  for (const { by } of keys) sorted = sorted.orderBy(by);
  return pageOf<QueueItem>(await sorted.execute(), limit, keys);
}

/** What waits, page by page. `sight` is that of `queue:read`. @throws BadCursor */
export function queuePage(
  db: QueueDb,
  sight: Sight,
  filter: QueueFilter,
  moment: Moment,
  paging: { readonly order: QueueOrder; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<QueueItem>> {
  return pageIn(waiting(db, sight, filter, moment), moment, paging.order, paging.limit, paging.cursor);
}

export interface QueueCount {
  readonly process: string;
  readonly wait: string;
  readonly holderOrganisation: string | null;
  readonly holderOffice: string | null;
  readonly holderRole: string | null;
  readonly waiting: number;
  readonly overdue: number;
  readonly unassigned: number;
  readonly unattended: number;
  readonly escalated: number;
  /** Since when the oldest of them waits. */
  readonly oldest: string;
}

/** Exact numbers of what waits, by process, wait and holder; the same filter and sight as the page. */
export async function queueCounts(
  db: QueueDb,
  sight: Sight,
  filter: QueueFilter,
  moment: Moment,
): Promise<readonly QueueCount[]> {
  return waiting(db, sight, filter, moment)
    .select([
      'queue.process as process',
      'queue.wait_key as wait',
      'queue.holder_organisation as holderOrganisation',
      'queue.holder_office as holderOffice',
      'queue.holder_role as holderRole',
      sql<number>`count(*)::int`.as('waiting'),
      sql<number>`(count(*) filter (where ${overdue(moment.now)}))::int`.as('overdue'),
      sql<number>`(count(*) filter (where queue.assignee is null))::int`.as('unassigned'),
      sql<number>`(count(*) filter (where ${unattended('queue.assignee', moment.day)}))::int`.as('unattended'),
      sql<number>`(count(*) filter (where queue.level > 0))::int`.as('escalated'),
      sql<string>`min(queue.since)`.as('oldest'),
    ])
    .groupBy(['queue.process', 'queue.wait_key', 'queue.holder_organisation', 'queue.holder_office', 'queue.holder_role'])
    .orderBy('queue.process')
    .orderBy('queue.wait_key')
    .orderBy(sql`queue.holder_organisation nulls first`)
    .orderBy(sql`queue.holder_office nulls first`)
    .orderBy(sql`queue.holder_role nulls first`)
    .execute();
}

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

/** The waits of one section: assigned to me; to a colleague I stand in for; to nobody yet, held by my office; and so on. */
function inSection(section: WorkSection, me: Rights, { now, day }: Moment, soon: string): Condition {
  const mine = sql<SqlBool>`coalesce(queue.assignee = ${me.staff}, false)`;
  const office = sql<SqlBool>`(queue.assignee is null and ${heldBy(me.posts)})`;
  const covered = coveredBy('queue.assignee', me.staff, day);
  const ours = sql<SqlBool>`(${mine} or ${office} or ${covered})`;
  switch (section) {
    case 'mine':
      return mine;
    case 'covered':
      return covered;
    case 'newInOffice':
      return office;
    case 'due':
      return sql<SqlBool>`(queue.due <= ${soon} and not ${overdue(now)} and ${ours})`;
    case 'overdue':
      return sql<SqlBool>`(${overdue(now)} and ${ours})`;
    case 'returned':
      return sql<SqlBool>`(${cameBack} and ${ours})`;
  }
}

export interface WorkPart {
  readonly count: number;
  readonly items: readonly QueueItem[];
}

export type MyWork = Readonly<Record<WorkSection, WorkPart>>;

/**
 * Somebody's work in sections, most pressing first. `soon` is the instant until which something counts as due. Sections overlap:
 * what is mine and overdue is in both.
 */
export async function myWork(
  db: QueueDb,
  sight: Sight,
  me: Rights,
  moment: Moment,
  options: { readonly soon: string; readonly limit: number },
): Promise<MyWork> {
  const parts = WORK_SECTIONS.map(async (section): Promise<[WorkSection, WorkPart]> => {
    const query = waiting(db, sight, {}, moment).where(inSection(section, me, moment, options.soon));
    const [count, page] = await Promise.all([
      query.select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow(),
      pageIn(query, moment, 'priority', options.limit),
    ]);
    return [section, { count: count.count, items: page.items }];
  });
  return Object.fromEntries(await Promise.all(parts)) as MyWork;
}

/** One section of somebody's work, page by page. @throws BadCursor */
export function workPage(
  db: QueueDb,
  sight: Sight,
  me: Rights,
  section: WorkSection,
  moment: Moment,
  options: { readonly soon: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<QueueItem>> {
  const query = waiting(db, sight, {}, moment).where(inSection(section, me, moment, options.soon));
  return pageIn(query, moment, 'priority', options.limit, options.cursor);
}
