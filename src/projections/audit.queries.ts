import { type SqlBool, sql } from 'kysely';
import type { RecordedAccess } from '../eventlog/access/entry.ts';
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
}

/** Where deeds come from: cases that `sight` (of `audit:read`) reaches, and what the staff of these offices did elsewhere. */
export interface DeedSight {
  readonly sight: Sight;
  readonly offices: readonly string[];
}

/** A page of the access log after an entry, newest first. */
export type Looks = (
  after: { readonly at: string; readonly leaf: number } | undefined,
  limit: number,
) => Promise<readonly RecordedAccess[]>;

const LABEL = 'audit';

/**
 * What was done and who looked, newest first. Either side may be left out. Each has its own order, that of the log and that of the
 * access log; the page goes through both by time. @throws BadCursor
 */
export async function auditPage(
  db: TimelineDb,
  seen: DeedSight | undefined,
  looks: Looks | undefined,
  filter: AuditFilter,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Deed | Look>> {
  const at = cursor === undefined ? undefined : placeOf(cursor);
  const [deeds, looked] = await Promise.all([
    seen ? deedsBefore(db, seen, filter, at?.logIndex, limit + 1) : [],
    looks ? looks(at?.look, limit + 1) : [],
  ]);
  const merged = mergeByTime(
    deeds,
    looked.map((one): Look => ({ ...one, kind: 'looked' })),
  );
  const items = merged.slice(0, limit);
  if (merged.length <= limit) return { items };
  const deed = items.findLast((one) => one.kind === 'did');
  const look = items.findLast((one) => one.kind === 'looked');
  return {
    items,
    next: packCursor(LABEL, [
      deed?.logIndex ?? at?.logIndex ?? '',
      look?.at ?? at?.look?.at ?? '',
      String(look?.leaf ?? at?.look?.leaf ?? ''),
    ]),
  };
}

function placeOf(cursor: string) {
  const [logIndex = '', at = '', leaf = ''] = unpackCursor(LABEL, 3, cursor);
  if (!/^\d*$/.test(logIndex) || !/^\d*$/.test(leaf) || (at !== '' && Number.isNaN(Date.parse(at)))) throw new BadCursor();
  return {
    logIndex: logIndex === '' ? undefined : logIndex,
    look: at === '' ? undefined : { at, leaf: Number(leaf) },
  };
}

function mergeByTime(deeds: readonly Deed[], looks: readonly Look[]): readonly (Deed | Look)[] {
  const merged: (Deed | Look)[] = [];
  let [d, l] = [0, 0];
  for (;;) {
    const [deed, look] = [deeds[d], looks[l]];
    if (!deed && !look) return merged;
    const next = !look || (deed && deed.at >= look.at) ? deed : look;
    if (next === deed) d += 1;
    else l += 1;
    if (next) merged.push(next);
  }
}

/** Deeds of an office are those of its staff and those in its cases: looked up apart, since each has an index of its own. */
async function deedsBefore(
  db: TimelineDb,
  seen: DeedSight,
  filter: AuditFilter,
  logIndex: string | undefined,
  limit: number,
): Promise<readonly Deed[]> {
  if (filter.office === undefined) return deedsOf(db, seen, filter, undefined, logIndex, limit);
  const both = await Promise.all((['staff', 'cases'] as const).map((of) => deedsOf(db, seen, filter, of, logIndex, limit)));
  return both
    .flat()
    .toSorted((a, b) => (BigInt(a.logIndex) > BigInt(b.logIndex) ? -1 : 1))
    .slice(0, limit);
}

async function deedsOf(
  db: TimelineDb,
  { sight, offices }: DeedSight,
  filter: AuditFilter,
  officeOf: 'staff' | 'cases' | undefined,
  logIndex: string | undefined,
  limit: number,
): Promise<readonly Deed[]> {
  const { cases, actor, office, from, before, type } = filter;
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
  return (await query.execute()).map((row) => ({ ...row, kind: 'did' }));
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
