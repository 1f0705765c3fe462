import { type Kysely, type SqlBool, sql } from 'kysely';
import type { CaseTables } from './cases.ts';
import { afterValues, cursorValues, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import { mayReach } from './reachedBy.ts';
import { Places, rowsOf } from './statements.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** A case in a list. No personal values. */
export interface CaseItem {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly ownerOrganisation: string | null;
  readonly ownerOffice: string | null;
  readonly ownerGovernorate: string | null;
  readonly assignees: readonly string[];
  readonly households: readonly string[];
  readonly persons: readonly string[];
  readonly urgency: string | null;
  readonly openedAt: string;
  readonly changedAt: string;
  readonly changedBy: string;
  readonly revision: number;
  readonly logIndex: string;
}

export interface CaseFilter {
  readonly process?: string | undefined;
  readonly status?: string | undefined;
  readonly office?: string | undefined;
  readonly organisation?: string | undefined;
  readonly party?: string | undefined;
  readonly assignee?: string | undefined;
  readonly openedBy?: string | undefined;
  readonly urgency?: string | undefined;
  readonly household?: string | undefined;
  readonly person?: string | undefined;
  readonly openedFrom?: string | undefined;
  readonly openedBefore?: string | undefined;
}

type Db = Kysely<CaseTables>;

const newest: readonly SortKey[] = ['opened_at', 'process', 'case_id'].map((as) => ({ as, by: sql.ref(`case_index.${as}`) }));
const latest: readonly SortKey[] = ['log_index', 'process', 'case_id'].map((as) => ({ as, by: sql.ref(`case_index.${as}`) }));

function matching(db: Db, sight: Sight, filter: CaseFilter) {
  let query = db.selectFrom('case_index').where(mayReach(sight)).where(visibleTo(sight));
  for (const [column, value] of [
    ['process', filter.process],
    ['status', filter.status],
    ['owner_office', filter.office],
    ['owner_organisation', filter.organisation],
    ['opened_by', filter.openedBy],
    ['urgency', filter.urgency],
  ] as const) {
    if (value !== undefined) query = query.where(column, '=', value);
  }
  for (const [column, value] of [
    ['parties', filter.party],
    ['assignees', filter.assignee],
    ['households', filter.household],
    ['persons', filter.person],
  ] as const) {
    if (value !== undefined) query = query.where(sql<SqlBool>`${sql.ref(column)} @> ${[value]}`);
  }
  if (filter.openedFrom !== undefined) query = query.where('opened_at', '>=', filter.openedFrom);
  if (filter.openedBefore !== undefined) query = query.where('opened_at', '<', filter.openedBefore);
  return query;
}

type Matching = ReturnType<typeof matching>;

const itemsOf = (query: Matching) =>
  query.select([
    'process',
    'case_id as id',
    'reference',
    'status',
    'owner_organisation as ownerOrganisation',
    'owner_office as ownerOffice',
    'owner_governorate as ownerGovernorate',
    'assignees',
    'households',
    'persons',
    'urgency',
    'opened_at as openedAt',
    'changed_at as changedAt',
    'changed_by as changedBy',
    'revision',
    'log_index as logIndex',
  ]);

/** What of the cases is asked. */
interface Asked {
  readonly sight: Sight;
  readonly filter: CaseFilter;
}

/** What is asked, with places for whatever its statement only passes on. */
const withPlaces = (places: Places, sight: Sight, filter: CaseFilter): Asked => ({
  sight: places.sight(sight),
  filter: Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, places.of(name, value)])),
});

interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of those of the cases that are left by `narrowed`, of which `what` is the name, the last first. @throws BadCursor */
async function pageIn<A extends Asked & { readonly what: string }>(
  db: Db,
  places: Places,
  asked: A,
  keys: readonly SortKey[],
  { limit, cursor }: Paging,
  narrowed: (asked: A) => Matching,
): Promise<Page<CaseItem>> {
  const behind = cursorValues(keys, cursor)?.map((value, at) => places.of(`behind ${at}`, value));
  const rows = await rowsOf(db, { ...asked, limit, behind }, places.values, () =>
    keys.reduce(
      (sorted, { by }) => sorted.orderBy(by, 'desc'),
      itemsOf(narrowed(asked))
        .select(sortColumns(keys))
        .where(afterValues(keys, behind, true))
        .limit(limit + 1),
    ),
  );
  return pageOf<CaseItem>(rows, limit, keys);
}

/** Cases, the last opened first. @throws BadCursor */
export async function casePage(db: Db, sight: Sight, filter: CaseFilter, paging: Paging): Promise<Page<CaseItem>> {
  const places = new Places();
  const asked = { what: 'cases', ...withPlaces(places, sight, filter) };
  return pageIn(db, places, asked, newest, paging, (one) => matching(db, one.sight, one.filter));
}

/** Exact numbers by process and status. */
export async function caseCounts(
  db: Db,
  sight: Sight,
  filter: CaseFilter,
): Promise<readonly { readonly process: string; readonly status: string; readonly cases: number }[]> {
  return matching(db, sight, filter)
    .select(['process', 'status', sql<number>`count(*)::int`.as('cases')])
    .groupBy(['process', 'status'])
    .orderBy('process')
    .orderBy('status')
    .execute();
}

/**
 * The cases with a reference, of one process or of all. References are not unique: nobody, one or several may answer, and who
 * asks must be told when there are several.
 */
export const casesByReference = (db: Db, sight: Sight, reference: string, process?: string): Promise<readonly CaseItem[]> =>
  itemsOf(matching(db, sight, { process }).where('reference', '=', reference))
    .orderBy('process')
    .orderBy('case_id')
    .limit(20)
    .execute();

/**
 * Cases that concern somebody (assigned or opened by them) and that others changed after a logIndex, last changed first.
 * @throws BadCursor
 */
export async function changedSince(
  db: Db,
  sight: Sight,
  staff: string,
  lookedAt: string,
  paging: Paging,
): Promise<Page<CaseItem>> {
  const places = new Places();
  const since = { me: places.of('me', staff), lookedAt: places.of('looked at', lookedAt) };
  const asked = { what: 'changed cases', ...withPlaces(places, sight, {}), ...since };
  return pageIn(db, places, asked, latest, paging, (one) =>
    matching(db, one.sight, one.filter)
      .where('log_index', '>', one.lookedAt)
      .where('changed_by', '<>', one.me)
      .where((eb) => eb.or([eb('opened_by', '=', one.me), sql<SqlBool>`${one.me} = any(assignees)`])),
  );
}
