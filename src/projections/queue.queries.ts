import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { LocalDate } from '../domain/kernel/dates.ts';
import { unattended } from './attendance.ts';
import type { CaseTables } from './cases.ts';
import type { DirectoryTables } from './directory.ts';
import { afterValues, cursorValues, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import { NEVER } from './queueReach.ts';
import { mayReach } from './reachedBy.ts';
import { type Places, rowsOf } from './statements.ts';
import { type Sight, sightOfAny, visibleTo } from './visibility.ts';

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

export const NOBODY = 'nobody' satisfies QueueFilter['assignee'];

export type QueueOrder = 'priority' | 'due' | 'since';

/** One thing that waits. Instants are RFC 3339 UTC; `priority` is 0 emergency, 1 urgent, 2 normal. */
export interface QueueItem {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  /** Where the case stands; null for who is shown that something waits and may not find the case. */
  readonly status: string | null;
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

export type Condition = Expression<SqlBool>;

const due = sql`coalesce(queue.due, ${sql.lit(NEVER)})`;
const key = (as: string, by = sql.ref(`queue.${as}`)): SortKey => ({ as, by });
const tail = [key('since'), key('process'), key('case_id'), key('wait_key')];

export const ORDERS: Readonly<Record<QueueOrder, readonly SortKey[]>> = {
  priority: [key('priority'), key('due', due), ...tail],
  due: [key('due', due), key('priority'), ...tail],
  since: tail,
};

/** What waits, or waited at this logIndex, joined with its cases: whoever may see it. */
export function allWaits(db: QueueDb, asOf: string | undefined) {
  const all = db
    .selectFrom('queue')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'queue.process').onRef('case_index.case_id', '=', 'queue.case_id'),
    );
  return asOf === undefined
    ? all.where('queue.to_index', 'is', null)
    : all
        .where('queue.from_index', '<=', asOf)
        .where((eb) => eb.or([eb('queue.to_index', 'is', null), eb('queue.to_index', '>', asOf)]));
}

/** The open waits this sight shows and this filter means, joined with their cases. */
export function waiting(db: QueueDb, { sight, filter, moment: { now, day } }: Asked) {
  const { asOf, assignee } = filter;
  let query = allWaits(db, asOf)
    .where((eb) => eb.or([visibleTo(sight, 'case_index', lookedAt(asOf)), heldByParty(sight)]))
    .where(sql<SqlBool>`(not queue.discreet or ${concerns(sight)})`);
  if (asOf === undefined) query = query.where(mayReach(sight));
  for (const [column, value] of [
    ['queue.process', filter.process],
    ['queue.wait_key', filter.wait],
    ['queue.party', filter.party],
    ['queue.urgency', filter.urgency],
    ['queue.holder_office', filter.office],
    ['queue.holder_organisation', filter.organisation],
    ['queue.holder_role', filter.role],
    ['queue.holder_governorate', filter.governorate],
  ] as const) {
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (filter.status !== undefined) {
    query = query.where('queue.status', '=', filter.status).where(findable(sight, filter.asOf));
  }
  if (assignee === NOBODY) query = query.where('queue.assignee', 'is', null);
  else if (assignee !== undefined) query = query.where('queue.assignee', '=', assignee);
  if (filter.dueBefore !== undefined) query = query.where('queue.due', '<', filter.dueBefore);
  if (filter.overdue !== undefined) query = query.where(truth(overdue(now), filter.overdue));
  if (filter.escalated !== undefined) query = query.where('queue.level', filter.escalated ? '>' : '=', 0);
  if (filter.unattended !== undefined) query = query.where(truth(unattended('queue.assignee', day), filter.unattended));
  if (filter.household !== undefined) query = query.where(sql<SqlBool>`case_index.households @> ${[filter.household]}`);
  return query;
}

/** Held by the organisation of one of these posts, or in a case that is their office's. */
function concerns({ rights }: Sight): Condition {
  const ways = rights.posts.map(
    ({ organisation, office }) => sql`queue.holder_organisation = ${organisation}
      or case when case_index.owner_office is null then case_index.owner_organisation = ${organisation}
        else case_index.owner_office = ${office ?? null} end`,
  );
  return ways.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`coalesce((${sql.join(ways, sql` or `)}), false)`;
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
            and case_index.tier <= ${tier} and queue.process = any(${processes}::text[]))`,
      ),
  );
  return ways.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`coalesce((${sql.join(ways, sql` or `)}), false)`;
}

/** The logIndex that is looked at; none where it is now. */
const lookedAt = (asOf: string | undefined): bigint | undefined => (asOf === undefined ? undefined : BigInt(asOf));

/** Cases whose very status may be told: those that may be found, and of T3 those alone that may be opened. */
function findable({ rights, groups }: Sight, asOf: string | undefined): Condition {
  const reached = (permissions: readonly string[]) =>
    visibleTo(
      sightOfAny(
        rights,
        permissions,
        groups.flatMap((one) => one.processes),
      ),
      'case_index',
      lookedAt(asOf),
    );
  return sql<SqlBool>`case when case_index.tier = 'T3' then ${reached(['read'])} else ${reached(['find', 'read'])} end`;
}

const truth = (condition: Condition, wanted: boolean): Condition => (wanted ? condition : sql<SqlBool>`not ${condition}`);

/** Past its due time with its clock running. */
export const overdue = (now: string): Condition => sql<SqlBool>`coalesce(queue.due <= ${now} and queue.paused_at is null, false)`;

export type Waiting = ReturnType<typeof waiting>;

/** What of waits is shown. */
export const itemsOf = (query: Waiting, { sight, filter: { asOf }, moment: { now, day } }: Asked) =>
  query.select([
    'queue.process as process',
    'queue.case_id as id',
    'queue.reference as reference',
    sql<string | null>`case when ${findable(sight, asOf)} then queue.status end`.as('status'),
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

/** A page of what waits. */
export interface QueuePaging {
  readonly order: QueueOrder;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What of the queue is asked: by whom, for what, when. */
export interface Asked {
  readonly sight: Sight;
  readonly filter: QueueFilter;
  readonly moment: Moment;
}

/** What is asked, with places for whatever its statement only passes on. What was known at some time is looked at when it is built. */
export function withPlaces(places: Places, sight: Sight, filter: QueueFilter, moment: Moment): Asked {
  const stood = Object.entries(filter).map(([name, value]: [string, unknown]) => {
    const passedOn = typeof value === 'string' && value !== NOBODY && name !== 'asOf';
    return [name, passedOn ? places.of(name, value) : value] as const;
  });
  return {
    sight: places.sight(sight),
    filter: Object.fromEntries(stood) as QueueFilter,
    moment: { now: places.of('now', moment.now), day: places.of('day', moment.day) },
  };
}

/** A page of those of the open waits that are left by `narrowed`, of which `what` is the name. @throws BadCursor */
export async function pageIn<A extends Asked & { readonly what: string }>(
  db: QueueDb,
  places: Places,
  asked: A,
  { order, limit, cursor }: QueuePaging,
  narrowed: (asked: A) => Waiting,
): Promise<Page<QueueItem>> {
  const keys = ORDERS[order];
  const behind = placesBehind(places, order, cursor);
  const rows = await rowsOf(db, { ...asked, order, limit, behind }, places.values, () =>
    inOrder(narrowed(asked), asked, order, limit).where(afterValues(keys, behind)),
  );
  return pageOf<QueueItem>(rows, limit, keys);
}

/** Places for where a page begins. @throws BadCursor */
export const placesBehind = (places: Places, order: QueueOrder, cursor: string | undefined): readonly string[] | undefined =>
  cursorValues(ORDERS[order], cursor)?.map((value, at) => places.of(`behind ${at}`, value));

/** The first of some waits, and one more than is shown. */
export const inOrder = (query: Waiting, asked: Asked, order: QueueOrder, limit: number) =>
  ORDERS[order].reduce(
    (ordered, { by }) => ordered.orderBy(by),
    itemsOf(query, asked)
      .select(sortColumns(ORDERS[order]))
      .limit(limit + 1),
  );
