import { type SqlBool, sql } from 'kysely';
import type { RecordedAccess, RecordedTier } from '../eventlog/access/entry.ts';
import { BadCursor, type Page, packCursor, unpackCursor } from './keyset.ts';
import { logIndexAt, type TimelineDb } from './timeline.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** Something that was done: an event, without what it says. */
export interface Deed {
  readonly kind: 'did';
  readonly process: string;
  readonly id: string;
  readonly revision: number;
  readonly logIndex: string;
  readonly type: string;
  readonly command: string;
  readonly actor: string;
  readonly post: string;
  readonly office: string | null;
  readonly organisation: string | null;
  readonly onBehalfOf: string | null;
  readonly at: string;
  /** The store whose log it stands in: places of two logs cannot be compared. */
  readonly store: 'general' | 'restricted';
}

/** That somebody looked, or was not let. */
export interface Look extends RecordedAccess {
  readonly kind: 'looked';
}

/** What the trail of an audit is asked for. Times are RFC 3339 UTC. */
export interface AuditFilter {
  readonly cases?: readonly { readonly process: string; readonly id: string }[] | undefined;
  readonly actor?: string | undefined;
  readonly office?: string | undefined;
  readonly from?: string | undefined;
  readonly before?: string | undefined;
  /** Type of an event. */
  readonly type?: string | undefined;
  /** Tier of the case as it stands. */
  readonly tier?: RecordedTier | undefined;
}

/** Where deeds come from: cases that `sight` (of `audit:read`) reaches, and what the staff of these offices did elsewhere. */
export interface DeedSight {
  readonly sight: Sight;
  readonly offices: readonly string[];
}

/** What was done before a place of one log, newest first. */
export type Deeds = (before: string | undefined, limit: number) => Promise<readonly Deed[]>;

/** A page of the access log after an entry, newest first. */
export type Looks = (
  after: { readonly at: string; readonly leaf: number } | undefined,
  limit: number,
) => Promise<readonly RecordedAccess[]>;

/** Where the lines of an audit come from; any may be left out. */
export interface AuditSources {
  readonly general?: Deeds | undefined;
  readonly restricted?: Deeds | undefined;
  readonly looks?: Looks | undefined;
}

const LABEL = 'audit';

/**
 * What was done and who looked, newest first. Each source has its own order, those of two logs and that of the access log; the page
 * goes through them by time. One that is away for a page is gone on with where it was left, so that nothing is passed over.
 * @throws BadCursor
 */
export async function auditPage(
  { general, restricted, looks }: AuditSources,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Deed | Look>> {
  const at = cursor === undefined ? undefined : placeOf(cursor);
  const [ours, theirs, looked] = await Promise.all([
    general ? general(at?.general, limit + 1) : [],
    restricted ? restricted(at?.restricted, limit + 1) : [],
    looks ? looks(at?.look, limit + 1) : [],
  ]);
  const merged = mergeByTime([ours, theirs, looked.map((one): Look => ({ ...one, kind: 'looked' }))]);
  const items = merged.slice(0, limit);
  if (merged.length <= limit) return { items };
  const lastOf = (store: Deed['store']) => items.findLast((one) => one.kind === 'did' && one.store === store) as Deed | undefined;
  const look = items.findLast((one) => one.kind === 'looked');
  return {
    items,
    next: packCursor(LABEL, [
      lastOf('general')?.logIndex ?? at?.general ?? '',
      lastOf('restricted')?.logIndex ?? at?.restricted ?? '',
      look?.at ?? at?.look?.at ?? '',
      String(look?.leaf ?? at?.look?.leaf ?? ''),
    ]),
  };
}

function placeOf(cursor: string) {
  const [general = '', restricted = '', at = '', leaf = ''] = unpackCursor(LABEL, 4, cursor);
  const isPlace = (text: string) => /^\d*$/.test(text);
  if (![general, restricted, leaf].every(isPlace) || (at !== '' && Number.isNaN(Date.parse(at)))) throw new BadCursor();
  return {
    general: general === '' ? undefined : general,
    restricted: restricted === '' ? undefined : restricted,
    look: at === '' ? undefined : { at, leaf: Number(leaf) },
  };
}

/** Lines of several sources by time, newest first; each source keeps its own order. */
function mergeByTime(sources: readonly (readonly (Deed | Look)[])[]): readonly (Deed | Look)[] {
  const merged: (Deed | Look)[] = [];
  const places = sources.map(() => 0);
  for (;;) {
    let newest: number | undefined;
    for (const [which, source] of sources.entries()) {
      const one = source[places[which]!];
      const best = newest === undefined ? undefined : sources[newest]?.[places[newest]!];
      if (one && (best === undefined || one.at > best.at)) newest = which;
    }
    const line = newest === undefined ? undefined : sources[newest]?.[places[newest]!];
    if (newest === undefined || line === undefined) return merged;
    places[newest] = places[newest]! + 1;
    merged.push(line);
  }
}

/**
 * What was done before a place of the log of one store, newest first. Deeds of an office are those of its staff and those in its
 * cases: looked up apart, since each has an index of its own.
 */
export async function deedsBefore(
  db: TimelineDb,
  store: Deed['store'],
  seen: DeedSight,
  filter: AuditFilter,
  logIndex: string | undefined,
  limit: number,
): Promise<readonly Deed[]> {
  const ofs = filter.office === undefined ? [undefined] : (['staff', 'cases'] as const);
  const parts = await Promise.all(ofs.map((of) => deedsOf(db, seen, filter, of, logIndex, limit)));
  return parts
    .flat()
    .toSorted((a, b) => (BigInt(a.logIndex) > BigInt(b.logIndex) ? -1 : 1))
    .slice(0, limit)
    .map((one) => ({ ...one, kind: 'did', store }));
}

async function deedsOf(
  db: TimelineDb,
  { sight, offices }: DeedSight,
  filter: AuditFilter,
  officeOf: 'staff' | 'cases' | undefined,
  logIndex: string | undefined,
  limit: number,
): Promise<readonly Omit<Deed, 'kind' | 'store'>[]> {
  const { cases, actor, office, from, before, type, tier } = filter;
  let query = db
    .selectFrom('timeline')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'timeline.process').onRef('case_index.case_id', '=', 'timeline.case_id'),
    )
    .where(
      sql<SqlBool>`(${visibleTo(sight, 'case_index', 'timeline.log_index')} or timeline.actor_office = any(${offices}::text[]))`,
    )
    .select([
      'timeline.process as process',
      'timeline.case_id as id',
      'timeline.revision as revision',
      'timeline.log_index as logIndex',
      'timeline.type as type',
      'timeline.command as command',
      'timeline.actor_id as actor',
      'timeline.actor_post as post',
      'timeline.actor_office as office',
      'timeline.actor_organisation as organisation',
      'timeline.on_behalf_of as onBehalfOf',
      'timeline.recorded_at as at',
    ])
    .orderBy('timeline.log_index', 'desc')
    .limit(limit);
  if (logIndex !== undefined) query = query.where('timeline.log_index', '<', logIndex);
  if (actor !== undefined) query = query.where('timeline.actor_id', '=', actor);
  if (type !== undefined) query = query.where('timeline.type', '=', type);
  if (tier !== undefined) query = query.where('case_index.tier', '=', tier);
  if (office !== undefined && officeOf === 'staff') query = query.where('timeline.actor_office', '=', office);
  if (office !== undefined && officeOf === 'cases') {
    query = query
      .where('case_index.owner_office', '=', office)
      .where(sql<SqlBool>`timeline.actor_office is distinct from ${office}`);
  }
  if (cases !== undefined) {
    const [processes, ids] = [cases.map((one) => one.process), cases.map((one) => one.id)];
    query = query.where(
      sql<SqlBool>`(timeline.process, timeline.case_id) in (select * from unnest(${processes}::text[], ${ids}::text[]))`,
    );
  }
  // The place in the log narrows what is looked through; the time itself decides.
  if (from !== undefined) {
    query = query.where('timeline.log_index', '>=', await logIndexAt(db, from)).where('timeline.recorded_at', '>=', from);
  }
  if (before !== undefined) {
    query = query.where('timeline.log_index', '<=', await logIndexAt(db, before)).where('timeline.recorded_at', '<', before);
  }
  return query.execute();
}

/** The cases with a reference, of whatever process: usually one. */
export const casesWithReference = (
  db: TimelineDb,
  reference: string,
): Promise<readonly { readonly process: string; readonly id: string }[]> =>
  db
    .selectFrom('case_index')
    .where('reference', '=', reference)
    .select(['process', 'case_id as id'])
    .orderBy('process')
    .orderBy('case_id')
    .limit(20)
    .execute();

/** The cases about a household that are within sight, at most so many. */
export const casesOfHousehold = (
  db: TimelineDb,
  sight: Sight,
  household: string,
  most: number,
): Promise<readonly { readonly process: string; readonly id: string }[]> =>
  db
    .selectFrom('case_index')
    .where(visibleTo(sight))
    .where(sql<SqlBool>`households @> ${[household]}`)
    .select(['process', 'case_id as id'])
    .limit(most)
    .execute();

/** The cases about any of some people that are within sight, at most so many. */
export const casesOfPersons = (
  db: TimelineDb,
  sight: Sight,
  persons: readonly string[],
  most: number,
): Promise<readonly { readonly process: string; readonly id: string }[]> =>
  db
    .selectFrom('case_index')
    .where(visibleTo(sight))
    .where(sql<SqlBool>`persons && ${[...persons]}`)
    .select(['process', 'case_id as id'])
    .limit(most)
    .execute();

/** What members of staff were called last, by staff id. */
export async function staffNames(db: TimelineDb, staff: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  if (staff.length === 0) return new Map();
  const rows = await db
    .selectFrom('name_held')
    .distinctOn('id')
    .where('process', '=', 'staff')
    .where('id', 'in', [...new Set(staff)])
    .select(['id', 'name'])
    .orderBy('id')
    .orderBy('from_index', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}
