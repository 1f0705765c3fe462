import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Evidence, LetterRef } from '../domain/kernel/envelope.ts';
import type { CaseTables } from './cases.ts';
import type { DirectoryTables } from './directory.ts';
import { afterValues, cursorValues, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import { Places, rowsOf } from './statements.ts';
import type { FieldChange, TimelineTables } from './timeline.ts';
import { type Sight, visibleTo } from './visibility.ts';

export type TimelineDb = Kysely<TimelineTables & CaseTables & DirectoryTables>;

/** One entry of an audit trail. Names are those known then; sealed values in `data` and `changes` are still sealed. */
export interface TimelineEntry {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  readonly revision: number;
  readonly logIndex: string;
  readonly type: string;
  readonly command: string;
  readonly actor: string;
  /** As the directory had it: `{ ar, latin? }`, `{ erased: true }`, or null for a part of the system. */
  readonly actorName: unknown;
  /** The role of the post the actor held then. */
  readonly post: string;
  readonly office: string | null;
  readonly officeName: unknown;
  readonly organisation: string | null;
  readonly organisationName: unknown;
  readonly onBehalfOf: string | null;
  readonly onBehalfOfName: unknown;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly channel: string;
  readonly letter: LetterRef | null;
  readonly evidence: readonly Evidence[];
  readonly legalBasis: string | null;
  readonly consentRef: string | null;
  readonly correctionOf: number | null;
  /** Revision of the entry that corrected this one last, of those known then. */
  readonly correctedBy: number | null;
  readonly data: unknown;
  readonly changes: readonly FieldChange[];
}

const keys: readonly SortKey[] = [{ as: 'log_index', by: sql.ref('timeline.log_index') }];

function entries(db: TimelineDb, sight: Sight, asOf: string | undefined) {
  const nameOf = (process: string, column: 'actor_id' | 'actor_office' | 'actor_organisation' | 'on_behalf_of') =>
    db
      .selectFrom('name_held')
      .select('name_held.name')
      .where('name_held.process', '=', process)
      .whereRef('name_held.id', '=', `timeline.${column}` as 'name_held.id')
      .whereRef('name_held.from_index', '<=', 'timeline.log_index' as 'name_held.from_index')
      .orderBy('name_held.from_index', 'desc')
      .limit(1);
  return db
    .selectFrom('timeline')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'timeline.process').onRef('case_index.case_id', '=', 'timeline.case_id'),
    )
    .where(visibleTo(sight, 'case_index', 'timeline.log_index'))
    .select((eb) => [
      'timeline.process as process',
      'timeline.case_id as id',
      'case_index.reference as reference',
      'timeline.revision as revision',
      'timeline.log_index as logIndex',
      'timeline.type as type',
      'timeline.command as command',
      'timeline.actor_id as actor',
      nameOf('staff', 'actor_id').as('actorName'),
      'timeline.actor_post as post',
      'timeline.actor_office as office',
      nameOf('office', 'actor_office').as('officeName'),
      'timeline.actor_organisation as organisation',
      nameOf('organisation', 'actor_organisation').as('organisationName'),
      'timeline.on_behalf_of as onBehalfOf',
      nameOf('staff', 'on_behalf_of').as('onBehalfOfName'),
      'timeline.occurred_at as occurredAt',
      'timeline.recorded_at as recordedAt',
      'timeline.channel as channel',
      'timeline.letter as letter',
      'timeline.evidence as evidence',
      'timeline.legal_basis as legalBasis',
      'timeline.consent_ref as consentRef',
      'timeline.correction_of as correctionOf',
      eb
        .selectFrom('timeline as later')
        .select(sql<number>`max(later.revision)`.as('revision'))
        .whereRef('later.process', '=', 'timeline.process')
        .whereRef('later.case_id', '=', 'timeline.case_id')
        .whereRef('later.correction_of', '=', 'timeline.revision')
        .where('later.type', '=', 'CaseCorrected')
        .$if(asOf !== undefined, (query) => query.where('later.log_index', '<=', asOf ?? null))
        .as('correctedBy'),
      'timeline.data as data',
      'timeline.changes as changes',
    ]);
}

type Entries = ReturnType<typeof entries>;

export interface TrailPaging {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** What stood in the trail at this logIndex. */
  readonly asOf?: string | undefined;
}

/** A page of those entries that are left by `narrowed`, of which `what` is the name and `of` what they are about. @throws BadCursor */
async function pageIn(
  db: TimelineDb,
  sight: Sight,
  { what, of, newestFirst = false }: { readonly what: string; readonly of: readonly string[]; readonly newestFirst?: boolean },
  { limit, cursor, asOf }: TrailPaging,
  narrowed: (query: Entries, of: readonly string[]) => Entries,
): Promise<Page<TimelineEntry>> {
  const places = new Places();
  const asked = {
    what,
    sight: places.sight(sight),
    of: of.map((one, at) => places.of(`of ${at}`, one)),
    limit,
    behind: cursorValues(keys, cursor)?.map((one) => places.of('behind', one)),
    asOf: places.of('asOf', asOf),
  };
  const rows = await rowsOf(
    db,
    asked,
    places.values,
    () => {
      const paged = narrowed(entries(db, asked.sight, asked.asOf), asked.of)
        .select(sortColumns(keys))
        .where(afterValues(keys, asked.behind, newestFirst))
        .orderBy('timeline.log_index', newestFirst ? 'desc' : 'asc')
        .limit(limit + 1);
      return asked.asOf === undefined ? paged : paged.where('timeline.log_index', '<=', asked.asOf);
    },
    what === OF_CASE,
  );
  return pageOf<TimelineEntry>(rows, limit, keys);
}

const OF_CASE = 'trail of a case';

/** The audit trail of a case, in the order recorded. `sight` is that of `<process>:timeline`. @throws BadCursor */
export const timelineOfCase = (
  db: TimelineDb,
  sight: Sight,
  process: string,
  id: string,
  paging: TrailPaging,
): Promise<Page<TimelineEntry>> =>
  pageIn(db, sight, { what: OF_CASE, of: [process, id] }, paging, (query, [ofProcess = '', ofId = '']) =>
    query.where('timeline.process', '=', ofProcess).where('timeline.case_id', '=', ofId),
  );

/** The trail of a household across every case that is about it and that the caller may follow. @throws BadCursor */
export const timelineOfHousehold = (
  db: TimelineDb,
  sight: Sight,
  household: string,
  paging: TrailPaging,
): Promise<Page<TimelineEntry>> =>
  pageIn(db, sight, { what: 'trail of a household', of: [household] }, paging, (query, of) =>
    query.where(sql<SqlBool>`case_index.households @> ${of}`),
  );

/** What one member of staff did, last first. @throws BadCursor */
export const timelineOfActor = (db: TimelineDb, sight: Sight, actor: string, paging: TrailPaging): Promise<Page<TimelineEntry>> =>
  pageIn(db, sight, { what: 'trail of an actor', of: [actor], newestFirst: true }, paging, (query, [ofActor = '']) =>
    query.where('timeline.actor_id', '=', ofActor),
  );

/** That something happened to a case, for cheap polling. */
export interface ChangeNotice {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  readonly revision: number;
  readonly logIndex: string;
  readonly type: string;
  readonly recordedAt: string;
}

/**
 * What happened after a logIndex to cases the caller may see, oldest first, at most `limit`. `scannedTo` is where to go on from,
 * also when nothing of it was the caller's.
 */
export async function changesAfter(
  db: TimelineDb,
  sight: Sight,
  afterIndex: string,
  limit: number,
): Promise<{ readonly items: readonly ChangeNotice[]; readonly scannedTo: string }> {
  const { top } = await db
    .selectFrom('timeline')
    .select(sql<string>`coalesce(max(log_index), 0)`.as('top'))
    .executeTakeFirstOrThrow();
  const items = await db
    .selectFrom('timeline')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'timeline.process').onRef('case_index.case_id', '=', 'timeline.case_id'),
    )
    .where(visibleTo(sight, 'case_index', 'timeline.log_index'))
    .where('timeline.log_index', '>', afterIndex)
    .where('timeline.log_index', '<=', top)
    .select([
      'timeline.process as process',
      'timeline.case_id as id',
      'case_index.reference as reference',
      'timeline.revision as revision',
      'timeline.log_index as logIndex',
      'timeline.type as type',
      'timeline.recorded_at as recordedAt',
    ])
    .orderBy('timeline.log_index')
    .limit(limit)
    .execute();
  const last = items.length === limit ? items.at(-1)!.logIndex : top;
  return { items, scannedTo: BigInt(last) > BigInt(afterIndex) ? last : afterIndex };
}

/**
 * The logIndex of the last event recorded at an instant (RFC 3339 UTC) or before; 0 when there was none. Found by halving, since
 * events are recorded in the order of the log up to what the clocks of several servers differ by.
 */
export async function logIndexAt(db: TimelineDb, instant: string): Promise<string> {
  const recordedFrom = (index: bigint) =>
    db
      .selectFrom('timeline')
      .select(['log_index', 'recorded_at'])
      .where('log_index', '>=', String(index))
      .orderBy('log_index')
      .limit(1)
      .executeTakeFirst();
  const newest = await db.selectFrom('timeline').select('log_index').orderBy('log_index', 'desc').limit(1).executeTakeFirst();
  let low = 0n;
  let high = BigInt(newest?.log_index ?? 0) + 1n;
  // What lies at or below `low` was recorded in time, what lies at or above `high` was not.
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const row = await recordedFrom(middle);
    if (row && row.recorded_at <= instant) low = BigInt(row.log_index);
    else high = middle;
  }
  return String(low);
}

/**
 * When the event at a logIndex, or the last before it, was recorded (RFC 3339 UTC); undefined where there was none, and for the
 * last of all.
 */
export async function recordedBy(db: TimelineDb, logIndex: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('timeline')
    .select('recorded_at')
    .where('log_index', '<=', logIndex)
    .where((eb) =>
      eb.exists(eb.selectFrom('timeline as later').select('later.log_index').where('later.log_index', '>', logIndex)),
    )
    .orderBy('log_index', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.recorded_at;
}
